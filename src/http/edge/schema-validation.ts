import { Ajv } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import { amountLiteralKeyword } from './amount-schema.ts';

/**
 * Compiles request schemas without any of the conveniences that turn one value into another: nothing is coerced,
 * dropped or filled in. Fastify's own defaults read null as 0, true as 1 and [7] as 7.
 */
export function createSchemaCompiler(): FastifySchemaCompiler<object> {
  const ajv = new Ajv({
    strict: true,
    allErrors: true,
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    allowUnionTypes: true,
    ownProperties: true,
    verbose: false,
  });
  ajv.addKeyword(amountLiteralKeyword);
  ajv.addVocabulary(['example']);
  return ({ schema }) => ajv.compile(schema);
}
