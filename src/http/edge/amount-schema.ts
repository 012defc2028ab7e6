import type { KeywordDefinition, SchemaValidateFunction } from 'ajv';
import { type TUnsafe, Type } from 'typebox';
import { NumberLiteral } from '../../lib/strict-json.ts';

/** How an amount may be written on the wire: `17.62`, `"17.62"`, or either. */
export type AmountLiteralKind = 'number' | 'string' | 'either';

/** What a handler receives for each kind. */
export interface AmountLiterals {
  number: NumberLiteral;
  string: string;
  either: NumberLiteral | string;
}

/**
 * A schema for an amount in major units, which checks only how it is written; `parseMajorUnits` of the domain judges
 * it. The key must be among the server's `literalNumberKeys`, else a number arrives as a float and is refused.
 */
export function amountSchema<Kind extends AmountLiteralKind>(
  kind: Kind,
  annotations: { readonly description?: string } = {},
): TUnsafe<AmountLiterals[Kind]> {
  return Type.Unsafe<AmountLiterals[Kind]>({ amountLiteral: kind, ...annotations });
}

/** The literal text of an amount that passed its schema. */
export function amountText(amount: NumberLiteral | string): string {
  return typeof amount === 'string' ? amount : amount.text;
}

/** What each kind is in published JSON Schema, where our keyword means nothing. */
export const publishedAmountTypes: Record<AmountLiteralKind, readonly ('number' | 'string')[]> = {
  number: ['number'],
  string: ['string'],
  either: ['number', 'string'],
};

const checkAmountLiteral: SchemaValidateFunction = (kind: AmountLiteralKind, value: unknown): boolean => {
  const fits =
    (kind !== 'string' && value instanceof NumberLiteral) || (kind !== 'number' && typeof value === 'string');
  if (!fits)
    checkAmountLiteral.errors = [{ keyword: 'amountLiteral', params: { type: publishedAmountTypes[kind] } }];
  return fits;
};

/** The Ajv keyword behind `amountSchema`; its errors name the accepted types as those of `type` do. */
export const amountLiteralKeyword: KeywordDefinition = {
  keyword: 'amountLiteral',
  schemaType: 'string',
  metaSchema: { enum: ['number', 'string', 'either'] },
  validate: checkAmountLiteral,
};
