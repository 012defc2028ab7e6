import type { IncomingHttpHeaders } from 'node:http';
import { escapePointer, jsonSchemaOf, publishedDialects } from './published.ts';

/** What is wrong with a webhook that arrived, by what its format publishes; nothing for messages of no format of ours. */
export function webhookFaults(headers: IncomingHttpHeaders, body: string): string[] {
  const named = nameOf(headers, body);
  if (!named) return [];
  const [dialectName, event] = named;
  const dialect = publishedDialects.find(({ name }) => name === dialectName);
  const operation = dialect?.document.webhooks[event]?.post;
  if (!dialect || !operation) return [`no webhook ${event} is published`];
  const missing = (operation.parameters ?? [])
    .filter(({ name }) => headers[name.toLowerCase()] === undefined)
    .map(({ name }) => `${event}: the header ${name} is missing`);
  const pointer = jsonSchemaOf(`#/webhooks/${escapePointer(event)}/post/requestBody`);
  return [
    ...missing,
    ...dialect
      .faults(pointer, JSON.parse(body))
      .map((fault) => `${event}: ${fault} in ${body.slice(0, 400)}`),
  ];
}

function nameOf(
  headers: IncomingHttpHeaders,
  body: string,
): readonly [dialect: string, event: string] | null {
  const zafapay = headers['x-zafapay-event'];
  if (zafapay !== undefined) return ['zafapay', String(zafapay)];
  const eximpe = headers['x-webhook-event'];
  if (eximpe !== undefined) return ['eximpe', String(eximpe)];
  return headers['webhook-signature'] !== undefined && body.includes('"transaction_id"')
    ? ['zafapay', 'standard']
    : null;
}
