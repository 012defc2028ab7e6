import { type Static, Type } from 'typebox';
import { listFacts } from '../../../domain/risk/facts.ts';
import { riskActions } from '../../../domain/risk/rule.ts';

const name = Type.String({ minLength: 1, maxLength: 255 });
const action = Type.Unsafe<(typeof riskActions)[number]>({
  enum: [...riskActions],
  description: 'Rules are asked in this order of their actions; the first that holds decides.',
});
const status = Type.Unsafe<'enabled' | 'disabled'>({ enum: ['enabled', 'disabled'] });
const conditions = Type.Unsafe<readonly Record<string, unknown>[]>({
  type: 'array',
  minItems: 1,
  maxItems: 10,
  items: {
    type: 'object',
    required: ['fact', 'operator'],
    properties: { fact: { type: 'string' }, operator: { type: 'string' } },
    additionalProperties: true,
  },
  description: 'All must hold.',
});

/** `POST /v1/risk/rules`. */
export const createRuleBody = Type.Object({ name, action, conditions, status: Type.Optional(status) });

/** `PATCH /v1/risk/rules/{id}`: what is left out stays. */
export const updateRuleBody = Type.Object({
  name: Type.Optional(name),
  action: Type.Optional(action),
  conditions: Type.Optional(conditions),
  status: Type.Optional(status),
});

/** `POST /v1/risk/lists`. */
export const createListBody = Type.Object({
  name,
  fact: Type.Unsafe<(typeof listFacts)[number]>({
    enum: [...listFacts],
    description: 'What is on the list.',
  }),
});

/** `POST /v1/risk/lists/{id}/entries`: one of these; a card is named, never typed. */
export const addEntryBody = Type.Object({
  value: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  payment_method_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  payment: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
});
export type AddEntryBody = Static<typeof addEntryBody>;

/** `PATCH /v1/risk/settings`. */
export const riskSettingsBody = Type.Object({
  when_check_fails: Type.Unsafe<(typeof riskActions)[number]>({
    enum: [...riskActions],
    description: 'What becomes of a payment when the rules cannot be asked.',
  }),
});

/** `GET /v1/risk/decisions`. */
export const decisionsQuery = Type.Object({ payment: Type.String({ minLength: 1, maxLength: 100 }) });
