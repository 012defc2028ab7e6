import { judgeReturnUrl, type ReturnUrlRule, returnUrlFaults } from '../../domain/return-url.ts';
import type { Issue } from './errors.ts';
import { judgeMetadata, judgePanFree } from './issues.ts';
import type { CreatePaymentBody } from './schemas/create-payment.ts';

/** The card token of a request: top-level, or where older integrations put it, in `payment_method`. */
export function tokenOf({ token, payment_method: method }: Partial<CreatePaymentBody>): string | undefined {
  if (token !== undefined) return token;
  const nested = typeof method === 'object' && method !== null ? method.token : undefined;
  return typeof nested === 'string' ? nested : undefined;
}

/**
 * The rules of the contract's section 6.1 that join several fields, or need more than a pattern. What the schema
 * refused may have any type.
 */
export function judgeCreatePayment(body: Partial<CreatePaymentBody>, rule: ReturnUrlRule): Issue[] {
  return [
    ...judgeMode(body),
    ...judgeNestedToken(body),
    ...judgeReturn(body, rule),
    ...judgeMetadata(body.metadata),
    ...judgePanFree('name', body.name),
    ...judgePanFree('product_name', body.product_name),
  ];
}

function judgeMode(body: Partial<CreatePaymentBody>): Issue[] {
  const customerMissing = body.customer_id === undefined || body.customer_id === null;
  const issues: Issue[] = [];
  if (body.payment_method_id !== undefined) {
    if (customerMissing) issues.push({ path: 'customer_id', message: 'is required with payment_method_id' });
    if (tokenOf(body) !== undefined)
      issues.push({ path: 'payment_method_id', message: 'cannot be combined with token' });
    if (body.save_card === true)
      issues.push({ path: 'save_card', message: 'cannot be combined with payment_method_id' });
  } else if (body.save_card === true && customerMissing) {
    issues.push({ path: 'customer_id', message: 'is required when save_card is true' });
  }
  return issues;
}

function judgeNestedToken({ token, payment_method: method }: Partial<CreatePaymentBody>): Issue[] {
  if (typeof method !== 'object' || method === null || method.token === undefined) return [];
  if (typeof method.token !== 'string')
    return [{ path: 'payment_method.token', message: 'must be a string' }];
  return token !== undefined && token !== method.token
    ? [{ path: 'payment_method.token', message: 'must be the same as token' }]
    : [];
}

/** Only a payment by token comes back from 3-D Secure to an address of its own; elsewhere the field has no effect. */
function judgeReturn(body: Partial<CreatePaymentBody>, rule: ReturnUrlRule): Issue[] {
  if (typeof body.return_url !== 'string' || tokenOf(body) === undefined) return [];
  const fault = judgeReturnUrl(body.return_url, rule);
  return fault ? [{ path: 'return_url', message: returnUrlFaults[fault] }] : [];
}
