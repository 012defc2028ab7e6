import { recordAuthenticationResult } from '../../usecases/complete-authentication.ts';
import type { Gateway } from '../../usecases/gateway.ts';
import type { AuthenticationResult } from '../../usecases/ports/authenticator.ts';
import type { EdgeServer } from '../edge/dialect.ts';

export interface ThreeDsResultsOptions {
  readonly gateway: Gateway;
  /** Reads an RReq; throws what `isBadMessage` recognises. */
  readonly parseResult: (body: unknown) => AuthenticationResult;
  readonly isBadMessage: (error: unknown) => boolean;
  /** The RRes: `01` received, `02` nobody waits for it. */
  readonly acknowledge: (result: AuthenticationResult, status: '01' | '02') => object;
}

/** The path at which issuers' servers deliver results; `token` is unguessable and known to them alone. */
export function resultsPath(token: string): string {
  return `/3ds/results/${token}`;
}

/** `POST /3ds/results/{token}`: the issuer's word, server to server; the only one that counts (EMV 3-D Secure, RReq). */
export function registerThreeDsResults(server: EdgeServer, options: ThreeDsResultsOptions): void {
  server.post('/3ds/results/:token', async (request, reply) => {
    const { token } = request.params as { token: string };
    if (!/^[0-9a-f]{64}$/.test(token)) return reply.callNotFound();
    try {
      const result = options.parseResult(request.body);
      const recorded = await recordAuthenticationResult(options.gateway, token, result);
      return await reply.send(options.acknowledge(result, recorded ? '01' : '02'));
    } catch (error) {
      if (!options.isBadMessage(error)) throw error;
      return reply
        .code(400)
        .send({ messageType: 'Erro', errorCode: '203', errorDescription: (error as Error).message });
    }
  });
}
