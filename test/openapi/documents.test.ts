import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { documentText } from '../../src/http/openapi/build-document.ts';
import type {
  MediaType,
  OpenApiDocument,
  PublishedAnswer,
  PublishedOperation,
  Reference,
} from '../../src/http/openapi/document.ts';
import { escapePointer, jsonSchemaOf, publishedDialects } from '../support/published.ts';

const folder = join(import.meta.dirname, '..', '..', 'openapi');

for (const dialect of publishedDialects) {
  const { name, document } = dialect;
  describe(`openapi/${name}.json`, () => {
    test('is what the schemas make; after a change: npm run openapi', () => {
      const kept = readFileSync(join(folder, `${name}.json`), 'utf8');
      assert.ok(documentText(document) === kept, `openapi/${name}.json is older than the schemas`);
    });

    test('is OpenAPI 3.1 to a public validator', async () => {
      const { valid, errors } = await new Validator().validate(
        JSON.parse(documentText(document)) as Record<string, unknown>,
      );
      assert.deepEqual(errors ?? [], []);
      assert.equal(valid, true);
    });

    test('every reference leads somewhere, and everything named is referred to', () => {
      const text = documentText(document);
      const targets = new Set([...text.matchAll(/"\$ref": "#([^"]+)"/g)].map((match) => match[1] ?? ''));
      const dangling = [...targets].filter((target) => resolve(document, target) === undefined);
      assert.deepEqual(dangling, []);
      const bodies = operationsOf(document).flatMap(({ pointer, operation }) =>
        operation.requestBody ? [pointer] : [],
      );
      assert.ok(bodies.length > 0);
      for (const kind of ['schemas', 'responses'] as const)
        for (const key of Object.keys(document.components[kind]))
          assert.ok(targets.has(`/components/${kind}/${key}`), `nothing refers to ${kind}/${key}`);
    });

    test('each operation has a name of its own, a tag that is described, and words', () => {
      const operations = operationsOf(document).map(({ operation }) => operation);
      const ids = operations.map(({ operationId }) => operationId);
      assert.equal(new Set(ids).size, ids.length, 'two operations have one operationId');
      const tags = new Set(document.tags.map((tag) => tag.name));
      for (const { operationId, summary, tags: given } of operations) {
        assert.ok(summary.length > 0, operationId);
        assert.ok(
          given.every((tag) => tags.has(tag)),
          operationId,
        );
      }
    });

    test('every answer and webhook of JSON has a schema, and every success a sample', () => {
      for (const { pointer, operation } of operationsOf(document)) {
        for (const [status, answer] of Object.entries(operation.responses)) {
          const { content } = target(document, answer);
          const media = content?.['application/json'];
          const isSuccess = status === '200' || status === '201';
          if (media && isSuccess)
            assert.ok(samplesOf(media).length > 0, `${pointer} ${status} has no sample`);
        }
      }
    });

    for (const { title, schema, value } of samples(document)) {
      test(`the sample of ${title} is as its schema says`, () => {
        assert.deepEqual(dialect.faults(schema, value), []);
      });
    }
  });
}

interface Placed {
  readonly pointer: string;
  readonly operation: PublishedOperation;
}

function operationsOf(document: OpenApiDocument): Placed[] {
  const paths = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      pointer: `#/paths/${escapePointer(path)}/${method}`,
      operation,
    })),
  );
  const webhooks = Object.entries(document.webhooks).map(([name, { post }]) => ({
    pointer: `#/webhooks/${escapePointer(name)}/post`,
    operation: post,
  }));
  return [...paths, ...webhooks];
}

function samples(document: OpenApiDocument) {
  return operationsOf(document).flatMap(({ pointer, operation }) => {
    const { operationId } = operation;
    const body = operation.requestBody?.content['application/json'];
    const ofBody = body
      ? samplesOf(body).map(([name, value]) => ({
          title: `${operationId}, body ${name}`,
          schema: jsonSchemaOf(`${pointer}/requestBody`),
          value,
        }))
      : [];
    const ofAnswers = Object.entries(operation.responses).flatMap(([status, answer]) => {
      const media = '$ref' in answer ? undefined : answer.content?.['application/json'];
      return media
        ? samplesOf(media).map(([name, value]) => ({
            title: `${operationId}, ${status} ${name}`,
            schema: jsonSchemaOf(`${pointer}/responses/${status}`),
            value,
          }))
        : [];
    });
    return [...ofBody, ...ofAnswers];
  });
}

function samplesOf(media: MediaType): [string, unknown][] {
  return Object.entries(media.examples ?? {}).map(([name, { value }]) => [name, value]);
}

function target(document: OpenApiDocument, answer: PublishedAnswer | Reference): PublishedAnswer {
  if (!('$ref' in answer)) return answer;
  return resolve(document, answer.$ref.slice(1)) as PublishedAnswer;
}

function resolve(document: OpenApiDocument, pointer: string): unknown {
  let value: unknown = document;
  for (const part of pointer.split('/').slice(1))
    value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}
