import { createHash, createHmac } from 'node:crypto';
import type { KeyServiceRequest } from './key-service.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const authorizationPattern =
  /^AWS4-HMAC-SHA256 Credential=(?<id>[A-Z0-9]+)\/(?<date>[0-9]{8})\/(?<region>[a-z0-9-]+)\/(?<service>[a-z]+)\/aws4_request, ?SignedHeaders=(?<signed>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/;
const toleranceMs = 15 * 60 * 1000;

/**
 * The fault of a request's Signature Version 4, by the published algorithm; undefined when it is right. Made without the
 * client's library: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function faultOfSignature(
  request: KeyServiceRequest,
  credentials: AwsCredentials,
  scope: { readonly region: string; readonly service: string },
): string | undefined {
  const { headers } = request;
  const parts = authorizationPattern.exec(headers.authorization ?? '')?.groups;
  if (!parts) return 'IncompleteSignature';
  const { id, date = '', region = '', service = '', signed = '', signature } = parts;
  if (id !== credentials.accessKeyId) return 'UnrecognizedClientException';
  if (headers['x-amz-security-token'] !== credentials.sessionToken) return 'UnrecognizedClientException';
  const time = String(headers['x-amz-date']);
  if (!time.startsWith(date) || Math.abs(Date.now() - readTime(time)) > toleranceMs)
    return 'InvalidSignatureException';
  if (region !== scope.region || service !== scope.service) return 'InvalidSignatureException';
  const names = signed.split(';');
  const mustBeSigned = [
    'host',
    'x-amz-date',
    ...Object.keys(headers).filter((name) => name.startsWith('x-amz-')),
  ];
  if (names.toSorted().join(';') !== signed || !mustBeSigned.every((name) => names.includes(name)))
    return 'InvalidSignatureException';
  const canonical = [
    request.method,
    request.path,
    '',
    ...names.map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    signed,
    sha256(request.body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, `${date}/${region}/${service}/aws4_request`, sha256(canonical)];
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  return hmac(key, toSign.join('\n')).toString('hex') === signature ? undefined : 'InvalidSignatureException';
}

/** `20261120T101500Z` in milliseconds. */
function readTime(time: string): number {
  return Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
