import { Pool } from 'undici';
import { detectBrand } from '../domain/card.ts';
import { currencyExponent } from '../domain/currency.ts';
import { currencyNumber } from '../domain/currency-number.ts';
import { eciFor } from '../domain/eci.ts';
import type {
  AuthenticationAnswer,
  AuthenticationRequest,
  Authenticator,
} from '../usecases/ports/authenticator.ts';
import { encodeJsonBase64url } from './base64url.ts';
import { type Areq, type Ares, type Creq, messageVersion } from './messages.ts';
import { parseAres, ThreeDsMessageError } from './parse-messages.ts';

export interface DirectorySettings {
  /** The directory server's address; the AReq is posted to `/directory/areq` there. */
  readonly url: string;
  readonly apiKey: string;
  /** The longest wait for the ARes; 10 seconds when left out. */
  readonly deadlineMs?: number;
}

/** The road to the issuer; `close` hangs up. */
export interface DirectoryClient extends Authenticator {
  close(): Promise<void>;
}

const deadlineMsDefault = 10_000;
const answerBytesMax = 64 * 1024;
const path = '/directory/areq';

/** Makes the 3DS Server's client of a directory server (EMV 3-D Secure 2.2.0, AReq and ARes). */
export function createDirectoryClient(settings: DirectorySettings): DirectoryClient {
  const deadlineMs = settings.deadlineMs ?? deadlineMsDefault;
  const connections = new Pool(settings.url, {
    connections: 32,
    headersTimeout: deadlineMs,
    bodyTimeout: deadlineMs,
  });
  return {
    async authenticate(request) {
      const areq = buildAreq(request);
      if (areq === undefined) return unavailable('the currency has no ISO 4217 number');
      try {
        const { statusCode, body } = await connections.request({
          method: 'POST',
          path,
          headers: { 'content-type': 'application/json', 'x-api-key': settings.apiKey },
          body: JSON.stringify(areq),
          signal: AbortSignal.timeout(deadlineMs),
        });
        const text = await readText(body);
        if (statusCode !== 200) return unavailable(`the directory server answered with status ${statusCode}`);
        return judgeAres(parseAres(JSON.parse(text)), request);
      } catch (error) {
        return unavailable(causeOf(error));
      }
    },
    close: () => connections.destroy(),
  };
}

/** The AReq for a payment in a browser; the one place here where the card is opened. */
function buildAreq(request: AuthenticationRequest): Areq | undefined {
  const purchaseCurrency = currencyNumber(request.currency);
  if (purchaseCurrency === undefined) return undefined;
  const { month, year } = request.expiry;
  return {
    messageType: 'AReq',
    messageVersion,
    threeDSServerTransID: request.serverTransactionId,
    deviceChannel: '02',
    messageCategory: '01',
    threeDSRequestorChallengeInd: request.challenge === 'mandated' ? '04' : '01',
    acctNumber: request.pan.reveal(),
    cardExpiryDate: `${String(year % 100).padStart(2, '0')}${String(month).padStart(2, '0')}`,
    purchaseAmount: request.amount.toString(),
    purchaseCurrency,
    purchaseExponent: String(currencyExponent(request.currency)),
    purchaseDate: request.purchaseDate.toISOString().replace(/[-:T]/g, '').slice(0, 14),
    merchantName: request.merchantName,
    notificationURL: request.notificationUrl,
    threeDSServerURL: request.resultsUrl,
  };
}

/** What the ARes means for the payment; one about another transaction, or without what it must carry, counts for nothing. */
function judgeAres(ares: Ares, request: AuthenticationRequest): AuthenticationAnswer {
  if (ares.threeDSServerTransID !== request.serverTransactionId) {
    return unavailable('the directory server answered about another transaction');
  }
  switch (ares.transStatus) {
    case 'Y':
    case 'A':
      return judgeProof(ares, ares.transStatus, request);
    case 'C':
      return ares.acsURL === null ? unavailable('the challenge has no acsURL') : challenge(ares, ares.acsURL);
    case 'N':
    case 'R':
      return { kind: 'refused', transStatusReason: ares.transStatusReason };
    case 'U':
      return unavailable('the issuer could not authenticate');
    case 'D':
    case 'I':
      // Neither was asked for: decoupled authentication and information only come to requestors that offer them.
      return unavailable(`the issuer answered ${ares.transStatus}, which was not asked for`);
  }
}

function judgeProof(
  ares: Ares,
  transStatus: 'Y' | 'A',
  request: AuthenticationRequest,
): AuthenticationAnswer {
  const expected = eciFor(
    detectBrand(request.pan.reveal()),
    transStatus === 'Y' ? 'authenticated' : 'attempted',
  );
  if (ares.authenticationValue === null || ares.eci !== expected) {
    return unavailable('the authentication carries no proof that fits its card');
  }
  return {
    kind: 'frictionless',
    proof: {
      transStatus,
      eci: ares.eci,
      authenticationValue: ares.authenticationValue,
      dsTransactionId: ares.dsTransID,
      version: ares.messageVersion,
    },
  };
}

function challenge(ares: Ares, acsUrl: string): AuthenticationAnswer {
  const creq: Creq = {
    messageType: 'CReq',
    messageVersion: ares.messageVersion,
    threeDSServerTransID: ares.threeDSServerTransID,
    acsTransID: ares.acsTransID,
    challengeWindowSize: '05',
  };
  return {
    kind: 'challenge',
    acsUrl,
    acsTransactionId: ares.acsTransID,
    dsTransactionId: ares.dsTransID,
    creq: encodeJsonBase64url(creq),
  };
}

function unavailable(cause: string): AuthenticationAnswer {
  return { kind: 'unavailable', cause };
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new ThreeDsMessageError(`ARes: more than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

/** A failure in words that quote nothing of the answer. */
function causeOf(error: unknown): string {
  if (error instanceof ThreeDsMessageError)
    return `the directory server's answer cannot be read: ${error.message}`;
  if (error instanceof SyntaxError) return "the directory server's answer is not JSON";
  if (error instanceof Error && error.name === 'TimeoutError')
    return 'the directory server did not answer in time';
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string'
    ? `the directory server could not be reached: ${code}`
    : 'the directory server could not be reached';
}
