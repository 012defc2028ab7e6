import { type EdgeServer, registerDialect } from '../edge/dialect.ts';
import { registerPages } from '../edge/page-scope.ts';
import type { ZafapayContext } from './context.ts';
import { allowBrowsersToTokenize } from './cors.ts';
import { zafapayErrors } from './errors.ts';
import { addCheckoutPages } from './pages/checkout.ts';
import { addThreeDsPages } from './pages/three-ds.ts';
import { addCapturePayment } from './routes/capture-payment.ts';
import { addCreatePayment } from './routes/create-payment.ts';
import { addCreateToken } from './routes/create-token.ts';
import { addCreateWebhookEndpoint } from './routes/create-webhook-endpoint.ts';
import { addCustomers } from './routes/customers.ts';
import { addEvents } from './routes/events.ts';
import { addListPayments } from './routes/list-payments.ts';
import { addReadPayment } from './routes/read-payment.ts';
import { addRefundPayment } from './routes/refund-payment.ts';
import { addRiskDecisions } from './routes/risk-decisions.ts';
import { addRiskLists } from './routes/risk-lists.ts';
import { addRiskRules } from './routes/risk-rules.ts';
import { addSdk } from './routes/sdk.ts';
import { addVoidPayment } from './routes/void-payment.ts';
import { addWebhookEndpoints } from './routes/webhook-endpoints.ts';

/** Every route of the Zafapay dialect (contract section 14, and what is added to it), in the contract's order. */
const routes: readonly ((scope: EdgeServer, context: ZafapayContext) => void)[] = [
  addCreateToken,
  addCreatePayment,
  addListPayments,
  addReadPayment,
  addCapturePayment,
  addVoidPayment,
  addRefundPayment,
  addCustomers,
  addEvents,
  addCreateWebhookEndpoint,
  addWebhookEndpoints,
  addRiskRules,
  addRiskLists,
  addRiskDecisions,
];

/** Puts the whole dialect on `server`: the API and the SDK under `/v1`, its pages under `/3ds` and `/checkout`. */
export function registerZafapay(server: EdgeServer, context: ZafapayContext): void {
  registerDialect(server, '/v1', zafapayErrors, (scope) => {
    allowBrowsersToTokenize(scope);
    for (const addRoute of routes) addRoute(scope, context);
    addSdk(scope);
  });
  registerPages(server, (scope) => {
    addThreeDsPages(scope, context);
    addCheckoutPages(scope, context);
  });
}
