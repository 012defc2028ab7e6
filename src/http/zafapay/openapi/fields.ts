import { type TSchema, Type } from 'typebox';

/** `2026-05-01T09:00:00.000Z`, always with milliseconds. */
export const moment = (description?: string) =>
  Type.String({
    format: 'date-time',
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
    ...(description !== undefined && { description }),
  });

export const id = (prefix: string, description?: string) =>
  Type.String({ pattern: `^${prefix}[0-9A-Za-z]+$`, ...(description !== undefined && { description }) });

/** An amount on create, capture and their answers. */
export const amountAsNumber = (description = 'Major units, in their shortest form.') =>
  Type.Number({ minimum: 0, description });

/** An amount on reads, refunds and webhooks. */
export const amountAsText = (description = "Major units, with the currency's decimals.") =>
  Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?$', description });

export const currencyCode = Type.String({ pattern: '^[a-z]{3}$', description: 'ISO 4217, lower case.' });

/** A schema whose value may also be null. */
export function orNull(schema: TSchema): TSchema {
  const { type, enum: choices, ...rest } = schema as { type?: string; enum?: readonly unknown[] };
  if (choices) return Type.Unsafe({ ...rest, enum: [...choices, null] });
  return Type.Unsafe({ ...rest, type: [type ?? 'string', 'null'] });
}

export const textOrNull = (description?: string) =>
  Type.Unsafe({ type: ['string', 'null'], ...(description !== undefined && { description }) });

export const oneOf = (choices: readonly string[], description?: string) =>
  Type.Unsafe({
    type: 'string',
    enum: [...choices],
    ...(description !== undefined && { description }),
  });

export const metadata = Type.Unsafe({
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
  description: 'What you gave at creation; `{}` without any.',
});
