import { Type } from 'typebox';
import type { EdgeServer } from '../../edge/dialect.ts';
import { successAnswer } from '../envelope.ts';
import { runRepeatable } from '../idempotency.ts';
import { lenientBody, readLeniently, textOrInteger } from '../lenient-body.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { binView } from '../views/bin.ts';

export const binBody = Type.Object({ bin: Type.String({ pattern: '^[0-9]{6,9}$' }) });

/** `POST /pg/bin/` (section 12). */
export function addBinLookup(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/bin/')) {
    scope.post(
      url,
      {
        schema: { body: binBody },
        preValidation: lenientBody((body) => readLeniently(body, { bin: textOrInteger })),
      },
      async (request, reply) => {
        const { bin } = request.body;
        return runRepeatable(request, reply, room, request.body, async () =>
          successAnswer('BIN lookup successful', binView(bin, await room.gateway.bins.lookUpBin(bin))),
        );
      },
    );
  }
}
