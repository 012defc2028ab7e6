import { type EdgeServer, registerDialect } from '../edge/dialect.ts';
import { registerPages } from '../edge/page-scope.ts';
import { addAuthentication } from './authenticate.ts';
import { addCors } from './cors.ts';
import { eximpeErrors } from './errors.ts';
import { addCheckout } from './pages/checkout.ts';
import { addPgResponse } from './pages/pg-response.ts';
import { addThreeDsMethod } from './pages/three-ds-method.ts';
import type { EximpeRoom } from './room.ts';
import { addBinLookup } from './routes/bin-lookup.ts';
import { addCreateOrder } from './routes/create-order.ts';
import { addCreateRefund } from './routes/create-refund.ts';
import { addDeleteCard } from './routes/delete-card.ts';
import { addGetDocument } from './routes/get-document.ts';
import { addGetOrder } from './routes/get-order.ts';
import { addGetPayment } from './routes/get-payment.ts';
import { addGetRefund } from './routes/get-refund.ts';
import { addListCards } from './routes/list-cards.ts';
import { addListOrders } from './routes/list-orders.ts';
import { addListPayments } from './routes/list-payments.ts';
import { addListRefunds } from './routes/list-refunds.ts';
import { addNotOffered, addPartners } from './routes/not-offered.ts';
import { addOrderStatus } from './routes/order-status.ts';
import { addPatchOrder } from './routes/patch-order.ts';
import { addSaveCard } from './routes/save-card.ts';
import { addSimulateRefundStatus } from './routes/simulate-refund-status.ts';
import { addUploadDocument } from './routes/upload-document.ts';

const routes = [
  addCreateOrder,
  addOrderStatus,
  addGetOrder,
  addPatchOrder,
  addListOrders,
  addUploadDocument,
  addGetDocument,
  addListPayments,
  addGetPayment,
  addSaveCard,
  addListCards,
  addDeleteCard,
  addCreateRefund,
  addGetRefund,
  addListRefunds,
  addSimulateRefundStatus,
  addBinLookup,
  addNotOffered,
];

/** Puts the EximPe dialect on `server`: the merchant API under `/pg`, and the browser's 3-D Secure addresses. */
export function registerEximpe(server: EdgeServer, room: EximpeRoom): void {
  registerDialect(server, '/pg', eximpeErrors, async (scope) => {
    addCors(scope, room.gateway.mode);
    addAuthentication(scope, room);
    for (const addRoute of routes) await addRoute(scope, room);
  });
  registerDialect(server, '/partners', eximpeErrors, (scope) => {
    addCors(scope, room.gateway.mode);
    addAuthentication(scope, room);
    addPartners(scope);
  });
  registerPages(server, (scope) => {
    addThreeDsMethod(scope, room);
    addPgResponse(scope, room);
    addCheckout(scope, room);
  });
}
