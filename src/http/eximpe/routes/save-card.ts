import type { FastifyRequest } from 'fastify';
import { containsPan, type OpenCard } from '../../../domain/card.ts';
import type { CardStore, StoredAnswer } from '../../../usecases/ports/store.ts';
import { browserOf } from '../../../usecases/risk/browser.ts';
import { type SealedCardToSave, saveCard, sealCardToSave } from '../../../usecases/save-card.ts';
import { AnswerError, type EdgeServer } from '../../edge/dialect.ts';
import { callOf } from '../authenticate.ts';
import { successAnswer } from '../envelope.ts';
import { errorAnswer, throwIfRateLimited, throwProblem, throwProblems } from '../errors.ts';
import { cardNumberInTextMessage, FieldProblems, requiredMessage } from '../field-problems.ts';
import { runOnce } from '../idempotency.ts';
import { lenientBody } from '../lenient-body.ts';
import { parseOpenCard } from '../parse-order.ts';
import { type EximpeRoom, withAndWithoutSlash } from '../room.ts';
import { readSaveCardBody, type SaveCardBody, saveCardBody } from '../schemas/token-bodies.ts';
import { cardLabelOf } from '../views/card.ts';

/** `POST /pg/tokens/` (section 10.1). */
export function addSaveCard(scope: EdgeServer, room: EximpeRoom): void {
  for (const url of withAndWithoutSlash('/tokens/')) {
    scope.post(
      url,
      { schema: { body: saveCardBody }, preValidation: lenientBody(readSaveCardBody) },
      async (request, reply) => {
        const { body } = request;
        const sealed = await seal(request, room, body, readCard(request, room, body));
        return runOnce(request, reply, room, body, ({ cards }) => save(cards, sealed));
      },
    );
  }
}

function readCard(request: FastifyRequest, room: EximpeRoom, body: SaveCardBody): OpenCard {
  const problems = new FieldProblems();
  judgeFields(body, problems);
  const attribute = body.card_number === undefined && body.number !== undefined ? 'number' : 'card_number';
  const number = body.card_number ?? body.number;
  if (number === undefined) problems.add('card_number', requiredMessage);
  const found = new FieldProblems();
  const card = parseOpenCard({ ...body, number }, room.gateway.clock.now(), found, '');
  for (const [name, message] of Object.entries(found.details))
    if (typeof message === 'string') problems.add(name === 'number' ? attribute : name, message);
  throwProblems(request, problems);
  return card ?? throwProblem(request, attribute, 'Invalid card number format.');
}

function judgeFields(body: SaveCardBody, problems: FieldProblems): void {
  if (body.card_number !== undefined && body.number !== undefined && body.card_number !== body.number)
    problems.add('card_number', 'card_number and number name different cards.');
  if (body.card_holder_consent === false)
    problems.add('card_holder_consent', 'The card may be saved only with the consent of its holder.');
  const needsReference = body.network === 'rupay' || body.network === 'amex';
  if (needsReference && body.authorization_reference_number === undefined) {
    problems.add(
      'authorization_reference_number',
      `Authorization reference number is required for ${body.network === 'rupay' ? 'Rupay' : 'Amex'} cards.`,
    );
  }
  for (const name of ['cardholder_name', 'nickname'] as const)
    if (containsPan(body[name] ?? '')) problems.add(name, cardNumberInTextMessage);
}

async function seal(
  request: FastifyRequest,
  room: EximpeRoom,
  body: SaveCardBody,
  card: OpenCard,
): Promise<SealedCardToSave> {
  const sealed = await sealCardToSave(room.gateway, {
    merchant: callOf(request).merchant,
    customerReference: body.identifier,
    card,
    brand: body.network,
    nickname: body.nickname ?? null,
    declaredFunding:
      body.card_type === undefined ? null : body.card_type === 'debit_card' ? 'debit' : 'credit',
    browser: browserOf(request.ip, request.headers['user-agent']),
  });
  if (sealed.kind === 'sealed') return sealed;
  throwIfRateLimited(sealed.refusal);
  return throwProblem(request, 'card_number', sealed.refusal.message);
}

async function save(cards: CardStore, sealed: SealedCardToSave): Promise<StoredAnswer> {
  const saved = await saveCard(cards, sealed);
  if (saved.kind === 'done') {
    return successAnswer('Card details saved successfully', {
      card_label: cardLabelOf(saved.method),
      card_token: saved.method.hexToken,
    });
  }
  throw new AnswerError(
    errorAnswer(409, 'ERR_TOKEN_409', 'Card already exists', {
      card_number: 'This card is already saved for the identifier.',
    }),
  );
}
