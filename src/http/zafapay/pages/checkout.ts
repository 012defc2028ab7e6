import type { FastifyReply, FastifyRequest } from 'fastify';
import { containsPan, detectBrand } from '../../../domain/card.ts';
import type { Payment } from '../../../domain/payment.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { cancelByCustomer } from '../../../usecases/cancel-by-customer.ts';
import type { PaymentResult } from '../../../usecases/commands.ts';
import { browserOf } from '../../../usecases/risk/browser.ts';
import { submitHostedCard } from '../../../usecases/submit-hosted-card.ts';
import type { EdgeServer } from '../../edge/dialect.ts';
import type { FormFields } from '../../edge/form-body.ts';
import { newNonce, page, sendPage } from '../../edge/pages.ts';
import { readCheckoutToken, threeDsReturnUrl, threeDsUrl } from '../addresses.ts';
import { challengeSeconds, type ZafapayContext } from '../context.ts';
import { parsePaymentName } from '../payment-name.ts';
import { openCard } from '../routes/create-token.ts';
import { type CardInput, judgeCardForm, readCardForm, readCardsTried } from './card-form.ts';
import { type CardField, checkoutForm } from './checkout-form.ts';
import { type Language, languageOf } from './language.ts';
import { sendNotice } from './notice-page.ts';
import { sendOutcome } from './outcome.ts';
import { lost, sendProgress } from './three-ds.ts';
import { words } from './words.ts';

/** One visit of a checkout page whose link is genuine. */
interface Visit {
  readonly context: ZafapayContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly payment: Payment;
  readonly language: Language;
  /** The page's own address, without a language. */
  readonly address: string;
}

/** Hosted checkout (contract 8.2): `GET` shows where the payment stands, `POST` takes the card or gives up. */
export function addCheckoutPages(scope: EdgeServer, context: ZafapayContext): void {
  scope.get('/checkout/:req', async (request, reply) => {
    const visit = await openVisit(context, request, reply);
    return visit ? showPayment(visit) : lost(context, request, reply);
  });
  scope.post('/checkout/:req', async (request, reply) => {
    const visit = await openVisit(context, request, reply);
    if (!visit) return lost(context, request, reply);
    const form = (request.body ?? {}) as FormFields;
    if (form.action === 'cancel') return cancelPayment(visit);
    return visit.payment.status.state === 'awaiting_card' ? takeCard(visit, form) : showPayment(visit);
  });
}

async function openVisit(
  context: ZafapayContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Visit | null> {
  const { req } = request.params as { req: string };
  const { token } = request.query as { token?: unknown };
  const id = req.startsWith('req_') ? parsePaymentName(req) : undefined;
  const opened = id && typeof token === 'string' ? readCheckoutToken(context, id, token) : undefined;
  if (!id || !opened) return null;
  const payment = await context.gateway.payments.findPayment(opened.merchantId, { id });
  if (!payment) return null;
  const address = `${context.publicUrl}/checkout/${req}?token=${String(token)}`;
  return { context, request, reply, payment, language: languageOf(request), address };
}

async function showPayment(visit: Visit): Promise<FastifyReply> {
  const { context, reply, payment, language, address } = visit;
  const { status } = payment;
  const text = words[language];
  switch (status.state) {
    case 'awaiting_card':
      if (isExpired(visit)) return sendExpired(visit);
      return showForm(visit, {}, {});
    case 'authenticating':
      return sendNotice(context, reply, { language, title: text.atBankTitle, text: text.atBankText });
    case 'authorizing':
      return sendProgress(context, reply, language, address);
    default:
      return sendOutcome(context, reply, payment, language);
  }
}

function isExpired({ context, payment }: Visit): boolean {
  const { status } = payment;
  return status.state === 'awaiting_card' && status.expiresAt <= context.gateway.clock.now();
}

function sendExpired({ context, reply, language }: Visit): FastifyReply {
  const { expiredTitle, expiredText } = words[language];
  return sendNotice(context, reply, { language, title: expiredTitle, text: expiredText }, 410);
}

async function showForm(
  visit: Visit,
  typed: FormFields,
  problems: Partial<Record<CardField, string>>,
): Promise<FastifyReply> {
  const { context, reply, payment, language, address } = visit;
  const { gateway } = context;
  const merchantName = (await gateway.directory.findMerchant(payment.merchantId))?.name ?? '';
  const sandbox = gateway.mode === 'sandbox';
  const body = checkoutForm({
    payment,
    merchantName,
    language,
    sandbox,
    action: `${address}&lang=${language}`,
    otherLanguageUrl: `${address}&lang=${language === 'en' ? 'ja' : 'en'}`,
    typed,
    problems,
  });
  // The answer to the form leads to the issuer or the merchant, and browsers hold redirects against this too.
  const formAction = sandbox ? ["'self'", 'https:', 'http:'] : ["'self'", 'https:'];
  const { payTitle, problemTitle } = words[language];
  const failed = Object.keys(problems).length > 0;
  const named = `${payTitle} – ${merchantName}`;
  const title = failed ? problemTitle(named) : named;
  const nonce = newNonce(gateway.random);
  return sendPage(reply, page({ title, lang: language, body, nonce, formAction }), failed ? 400 : 200);
}

async function cancelPayment(visit: Visit): Promise<FastifyReply> {
  const { context, payment } = visit;
  const current = await cancelByCustomer(context.gateway, payment.merchantId, payment.id);
  return showPayment(current ? { ...visit, payment: current } : visit);
}

async function takeCard(visit: Visit, form: FormFields): Promise<FastifyReply> {
  if (isExpired(visit)) return sendExpired(visit);
  const { context, request, payment, language } = visit;
  const input: CardInput = readCardForm(form);
  const problems = judgeCardForm(input, request.receivedAt, words[language]);
  if (Object.keys(problems).length > 0) return showForm(visit, withoutSecrets(form), problems);
  const card = openCard(input);
  const result = await submitHostedCard(context.gateway, {
    merchantId: payment.merchantId,
    paymentId: payment.id,
    card,
    brand: detectBrand(card.pan.reveal()),
    cardsTried: readCardsTried(form),
    // The issuer sends the browser back to it as it is, and so the customer reads on in the same language.
    notificationUrl: (browserToken) => `${threeDsReturnUrl(context, browserToken)}?lang=${language}`,
    challengeSeconds,
    browser: browserOf(request.ip, request.headers['user-agent']),
  });
  return answerCard(visit, form, result);
}

async function answerCard(visit: Visit, form: FormFields, result: PaymentResult): Promise<FastifyReply> {
  const { context, reply, language, address } = visit;
  const problem = result.kind === 'refused' && cardProblem(result.refusal, language);
  if (problem) return showForm(visit, withoutSecrets(form), { number: problem });
  if (result.kind === 'refused' && result.refusal.code === 'rate_limited') {
    reply.header('retry-after', String(result.refusal.retryAfterSeconds ?? 1));
    const { tooManyTitle, tooManyText } = words[language];
    return sendNotice(context, reply, { language, title: tooManyTitle, text: tooManyText }, 429);
  }
  if (result.kind === 'done' && result.outcome.challenge) {
    const { payment, challenge } = result.outcome;
    return redirect(reply, `${threeDsUrl(context, payment.id, challenge.browserToken)}&lang=${language}`);
  }
  // Wherever the payment stands now, a reload of the page must not post the card again.
  return redirect(reply, `${address}&lang=${language}`);
}

/** What the customer can mend with another card, in words; undefined for other refusals. */
function cardProblem({ code }: Refusal, language: Language): string | undefined {
  const { problems } = words[language];
  if (code === 'card_not_accepted') return problems.not_accepted;
  return code === 'card_limit_exceeded' || code === 'email_limit_exceeded' ? problems.limit : undefined;
}

function redirect(reply: FastifyReply, location: string): FastifyReply {
  return reply.code(303).header('cache-control', 'no-store').header('location', location).send();
}

/** What may be shown again of a form that was refused; a number that was typed into the wrong field is not. */
function withoutSecrets(form: FormFields): FormFields {
  const names: readonly CardField[] = ['exp_month', 'exp_year', 'cardholder_name'];
  const shown = names.map((name) => [name, form[name] ?? ''] as const);
  return Object.fromEntries(shown.filter(([, text]) => text !== '' && !containsPan(text)));
}
