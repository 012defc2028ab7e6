import type { EdgeServer } from '../edge/dialect.ts';
import { registerDialect } from '../edge/dialect.ts';
import { registerPages } from '../edge/page-scope.ts';
import { addAuthentication } from './authenticate.ts';
import { addCors } from './cors.ts';
import { eximpeErrors } from './errors.ts';
import { addPgResponse } from './pages/pg-response.ts';
import { addThreeDsMethod } from './pages/three-ds-method.ts';
import type { EximpeRoom } from './room.ts';
import { addCreateOrder } from './routes/create-order.ts';
import { addOrderStatus } from './routes/order-status.ts';

/** Puts the EximPe dialect on `server`: the merchant API under `/pg`, and the browser's two 3-D Secure addresses. */
export function registerEximpe(server: EdgeServer, room: EximpeRoom): void {
  registerDialect(server, '/pg', eximpeErrors, (scope) => {
    addAuthentication(scope, room);
    addCors(scope, room.gateway.mode);
    addCreateOrder(scope, room);
    addOrderStatus(scope, room);
  });
  registerPages(server, (scope) => {
    addThreeDsMethod(scope, room);
    addPgResponse(scope, room);
  });
}
