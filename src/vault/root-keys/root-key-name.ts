/**
 * A multi-Region key is the same key in every region that it was replicated to: where one region is lost, the replica's
 * ARN opens what the lost one wrapped. Other ARNs name one key each.
 */
export function awsKmsKeyName(keyArn: string): string {
  return `aws-kms:${keyArn.replace(/^(arn:[^:]+:kms:)[^:]+(:[0-9]+:key\/mrk-)/, '$1*$2')}`;
}

export function transitKeyName(mount: string, key: string): string {
  return `vault-transit:${mount}/${key}`;
}
