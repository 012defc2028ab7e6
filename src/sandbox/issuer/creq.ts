import type { Authentication } from './authentications.ts';

const messageVersion = '2.2.0';
const base64url = /^[A-Za-z0-9_-]{1,4096}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads the form field `creq`; undefined when it is no CReq in base64url. */
export function parseCreq(
  encoded: string,
): { serverTransactionId: string; acsTransactionId: string } | undefined {
  // The decoder of the platform takes junk too, so the pattern comes first.
  if (!base64url.test(encoded)) return undefined;
  let fields: unknown;
  try {
    fields = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof fields !== 'object' || fields === null) return undefined;
  const { messageType, threeDSServerTransID, acsTransID } = fields as Record<string, unknown>;
  if (messageType !== 'CReq' || typeof threeDSServerTransID !== 'string' || typeof acsTransID !== 'string') {
    return undefined;
  }
  if (!uuid.test(threeDSServerTransID) || !uuid.test(acsTransID)) return undefined;
  return { serverTransactionId: threeDSServerTransID, acsTransactionId: acsTransID };
}

/** The CRes that the browser takes back: a signal only, so it says Y or N and proves nothing. */
export function encodeCres(challenge: Authentication): string {
  const cres = {
    messageType: 'CRes',
    messageVersion,
    threeDSServerTransID: challenge.serverTransactionId,
    acsTransID: challenge.acsTransactionId,
    challengeCompletionInd: 'Y',
    transStatus: challenge.transStatus === 'Y' ? 'Y' : 'N',
  };
  return Buffer.from(JSON.stringify(cres), 'utf8').toString('base64url');
}
