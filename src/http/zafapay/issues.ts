import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { containsPan } from '../../domain/card.ts';
import { NumberLiteral } from '../../lib/strict-json.ts';
import { AnswerError } from '../edge/dialect.ts';
import { fieldIssues } from '../edge/field-issues.ts';
import { type Issue, validationAnswer } from './errors.ts';

interface ValidatedRequest {
  readonly id: string;
  readonly validationError?: Error & { validation?: unknown; validationContext?: string };
}

/**
 * Ends the request when its schema or `judge` finds bad fields: all of them at once, each told once. The route must
 * have `attachValidation`, so that the schema's findings wait for ours. `judge` is not asked about a body that is no
 * object, and must expect any type behind a field that the schema refused.
 */
export function refuseIssues(request: ValidatedRequest, judge: () => readonly Issue[]): void {
  const found = request.validationError;
  const fromSchema: readonly Issue[] = found
    ? fieldIssues((found.validation ?? []) as FastifySchemaValidationError[], found.validationContext)
    : [];
  if (found && fromSchema.length === 0) throw found;
  const told = new Set(fromSchema.map(({ path }) => path));
  const ours = told.has('') ? [] : judge().filter(({ path }) => !told.has(path));
  const issues = [...fromSchema, ...ours];
  if (issues.length > 0) throw new AnswerError(validationAnswer(request, issues));
}

const holdsPan = 'must not contain a card number';

/** Fields for free text are where card numbers land by mistake; merchant-chosen ids are exempt. */
export function judgePanFree(path: string, text: unknown): Issue[] {
  return typeof text === 'string' && containsPan(text) ? [{ path, message: holdsPan }] : [];
}

const metadataKeysMax = 50;
const metadataKeyLengthMax = 40;
const metadataTextLengthMax = 500;
const metadataBytesMax = 8 * 1024;

/** The limits of the contract's section 6.1 on `metadata`, and no card number in it. */
export function judgeMetadata(metadata: unknown): Issue[] {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return [];
  const entries = Object.entries(metadata);
  if (entries.length > metadataKeysMax)
    return [{ path: 'metadata', message: `must have at most ${metadataKeysMax} keys` }];
  const issues = entries.flatMap(([key, value]) => judgeEntry(key, value));
  if (issues.length > 0) return issues;
  return Buffer.byteLength(JSON.stringify(metadata)) > metadataBytesMax
    ? [{ path: 'metadata', message: 'must be at most 8 KiB of JSON' }]
    : [];
}

function judgeEntry(key: string, value: unknown): Issue[] {
  if (characters(key) > metadataKeyLengthMax)
    return [{ path: 'metadata', message: `must have keys of at most ${metadataKeyLengthMax} characters` }];
  if (containsPan(key)) return [{ path: 'metadata', message: holdsPan }];
  const path = `metadata.${key}`;
  if (value === null || typeof value === 'boolean') return [];
  if (typeof value === 'number' || value instanceof NumberLiteral) {
    const text = value instanceof NumberLiteral ? value.text : String(value);
    // It would be stored, and told again, as null.
    if (!Number.isFinite(Number(text))) return [{ path, message: 'must be a number below 1.8e308' }];
    return judgePanFree(path, text);
  }
  if (typeof value !== 'string')
    return [{ path, message: 'must be a string, a number, true, false or null' }];
  if (characters(value) > metadataTextLengthMax)
    return [{ path, message: `must be at most ${metadataTextLengthMax} characters` }];
  return judgePanFree(path, value);
}

/** Characters as schemas count them: code points, not the two units that JavaScript makes of some. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Metadata as it is stored: a number under a key that elsewhere means money is a plain number here. */
export function storableMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      key,
      value instanceof NumberLiteral ? Number(value.text) : value,
    ]),
  );
}
