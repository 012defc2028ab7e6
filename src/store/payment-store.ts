import type { PaymentStore } from '../usecases/ports/store.ts';
import { findAttempt, hasOpenOperation } from './attempts.ts';
import { findAuthentication, recordAuthenticationResult } from './authentications.ts';
import type { Database } from './database.ts';
import { findEvent, listEvents } from './events.ts';
import {
  findPayment,
  listPayments,
  openCountedPayment,
  openPayment,
  recordChange,
  recordCountedChange,
} from './payments.ts';
import { findRefund, listRefundsOf, listRefundsOfMany } from './refunds.ts';
import { spentSince } from './spending.ts';
import { inTurn } from './turns.ts';

/** The PaymentStore over PostgreSQL. */
export function createPaymentStore(database: Database): PaymentStore {
  return {
    openPayment: (opening) => openPayment(database, opening),
    openCountedPayment: (opening, counting) => openCountedPayment(database, opening, counting),
    recordChange: (change) => recordChange(database, change),
    recordCountedChange: (change, counting) => recordCountedChange(database, change, counting),
    findPayment: (merchantId, name) => findPayment(database, merchantId, name),
    listPayments: (merchantId, filter) => listPayments(database, merchantId, filter),
    inTurn: (merchantId, names, work) =>
      inTurn(database, merchantId, names, (inner) => work(createPaymentStore(inner))),
    spentSince: (merchantId, flowId, currency, since, by) =>
      spentSince(database, merchantId, flowId, currency, since, by),
    findRefund: (merchantId, name) => findRefund(database, merchantId, name),
    listRefundsOf: (merchantId, paymentId) => listRefundsOf(database, merchantId, paymentId),
    listRefundsOfMany: (merchantId, paymentIds) => listRefundsOfMany(database, merchantId, paymentIds),
    hasOpenOperation: (merchantId, paymentId) => hasOpenOperation(database, merchantId, paymentId),
    findAttempt: (merchantId, id) => findAttempt(database, merchantId, id),
    findAuthentication: (by) => findAuthentication(database, by),
    recordAuthenticationResult: (hash, result, now) =>
      recordAuthenticationResult(database, hash, result, now),
    findEvent: (merchantId, id) => findEvent(database, merchantId, id),
    listEvents: (merchantId, page) => listEvents(database, merchantId, page),
  };
}
