import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { pino } from 'pino';
import {
  createSimulatorAcquirer,
  type SimulatorAcquirer,
  type Transcript,
} from '../../src/acquirers/simulator/adapter.ts';
import type { Cvc, Pan } from '../../src/domain/card.ts';
import type { Currency } from '../../src/domain/currency.ts';
import { type AttemptId, newId } from '../../src/domain/ids.ts';
import { minorUnits } from '../../src/domain/money.ts';
import { createHttpServer } from '../../src/http/edge/server.ts';
import { addSeconds, type Clock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { Secret } from '../../src/lib/secret.ts';
import { startBank } from '../../src/sandbox/bank/start.ts';
import { registerSandboxPages } from '../../src/sandbox/issuer/acs-routes.ts';
import { registerSandboxRoutes } from '../../src/sandbox/routes.ts';
import { createDirectoryClient, type DirectoryClient } from '../../src/threeds/directory-client.ts';
import type { AuthorizationRequest, FollowUpRequest } from '../../src/usecases/ports/acquirer.ts';
import type { AuthenticationRequest } from '../../src/usecases/ports/authenticator.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const cvc = '739';

/** A clock that stands still until it is moved. */
export class StandingClock implements Clock {
  #now = new Date('2026-11-04T09:30:00Z');
  now(): Date {
    return this.#now;
  }
  async advance(seconds: number): Promise<Date> {
    this.#now = addSeconds(this.#now, seconds);
    return this.#now;
  }
}

export interface PretendWorld {
  readonly database: TestDatabase;
  readonly bankUrl: string;
  readonly apiKey: string;
  readonly publicUrl: string;
  readonly clock: StandingClock;
  readonly acquirer: SimulatorAcquirer;
  readonly directory: DirectoryClient;
  readonly transcripts: Transcript[];
  /** Every line that bank and server logged. */
  readonly logLines: string[];
  /** RReqs as they arrived; set `accept` to false to have them refused. */
  readonly results: { readonly url: string; readonly received: Record<string, unknown>[]; accept: boolean };
}

const deadlineMs = 1000;

/** Opens bank, issuer, the gateway's roads to them and a public server for the pages; all of it ends with the file. */
export async function openPretendWorld(): Promise<PretendWorld> {
  const database = await createTestDatabase();
  const clock = new StandingClock();
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => logLines.push(line) });
  const server = createHttpServer({ log, clock });
  registerSandboxPages(server, { pool: database.pool, clock, log });
  registerSandboxRoutes(server, { pool: database.pool, clock, movableClock: clock });
  const publicUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  const apiKey = 'bank_key_of_this_test';
  const bank = await startBank({ pool: database.pool, clock, log, apiKey, publicUrl });
  const transcripts: Transcript[] = [];
  const acquirer = createSimulatorAcquirer({
    url: bank.url,
    apiKey,
    deadlineMs,
    onTranscript: (transcript) => transcripts.push(transcript),
  });
  const directory = createDirectoryClient({ url: bank.url, apiKey });
  const results = await listenForResults();
  after(async () => {
    await acquirer.close();
    await directory.close();
    await bank.close();
    await server.close();
    await results.close();
    await database.drop();
  });
  return {
    database,
    bankUrl: bank.url,
    apiKey,
    publicUrl,
    clock,
    acquirer,
    directory,
    transcripts,
    logLines,
    results,
  };
}

async function listenForResults() {
  const received: Record<string, unknown>[] = [];
  const results = { url: '', received, accept: true, close: async () => undefined as unknown };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const rreq = JSON.parse(body) as Record<string, unknown>;
    received.push(rreq);
    response.writeHead(results.accept ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ messageType: 'RRes', resultsStatus: '01' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  results.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/results/unguessable`;
  results.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return results;
}

export function newReference(): AttemptId {
  return newId('AttemptId', systemRandom);
}

/** An authorization of 10.00 USD, changed where told. */
export function authorization(
  number: string,
  change: Partial<AuthorizationRequest> = {},
): AuthorizationRequest {
  return {
    reference: newReference(),
    merchantReference: 'tx_of_this_test',
    merchantName: 'Demo Merchant',
    amount: minorUnits(1000n),
    currency: 'USD' as Currency,
    kind: 'authorization',
    pan: new Secret(number as Pan),
    cvc: new Secret(cvc as Cvc),
    expiry: { month: 12, year: 2030 },
    cardholderName: 'Asha Rao',
    initiator: 'cardholder',
    networkTransactionId: null,
    proof: null,
    ...change,
  };
}

/** A message about an approved authorization, of 10.00 USD unless told. */
export function followUp(acquirerReference: string, amount = 1000n): FollowUpRequest {
  return {
    reference: newReference(),
    acquirerReference,
    amount: minorUnits(amount),
    currency: 'USD' as Currency,
  };
}

/** An AReq for 10.00 USD, changed where told. */
export function authentication(
  world: PretendWorld,
  number: string,
  change: Partial<AuthenticationRequest> = {},
): AuthenticationRequest {
  return {
    id: newId('AuthenticationId', systemRandom),
    serverTransactionId: randomUUID(),
    pan: new Secret(number as Pan),
    expiry: { month: 12, year: 2030 },
    amount: minorUnits(1000n),
    currency: 'USD' as Currency,
    merchantName: 'Demo <b>Merchant</b> & Søns',
    purchaseDate: world.clock.now(),
    notificationUrl: 'http://127.0.0.1:9/return',
    resultsUrl: world.results.url,
    challenge: 'no_preference',
    ...change,
  };
}

export interface BookEntry {
  id: string;
  reference: string;
  merchant_reference: string;
  amount: number;
  currency: string;
  status: string;
  captured: number;
  refunded: number;
  live: boolean;
  created_at: string;
}

/** The bank's book under one reference, as the sandbox shows it. */
export async function readBook(world: PretendWorld, reference: string): Promise<BookEntry[]> {
  const answer = await fetch(`${world.publicUrl}/sandbox/acquirer/authorizations?reference=${reference}`);
  const { authorizations } = (await answer.json()) as { authorizations: BookEntry[] };
  return authorizations;
}
