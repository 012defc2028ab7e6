import { type Html, html } from '../../edge/html.ts';
import type {
  MediaType,
  OpenApiDocument,
  Parameter,
  PublishedAnswer,
  PublishedOperation,
  Reference,
} from '../document.ts';
import { schemaAddress } from '../publish-schema.ts';
import { curlOf } from './curl.ts';
import { schemaTable } from './schema-table.ts';
import { anchor, inline, jsonBlock, paragraphs } from './words.ts';

/** Where each dialect keeps the form of its errors. */
export const errorAddress = schemaAddress('Error');

export interface Place {
  readonly method: string;
  readonly path: string;
}

/** One operation: what it does, what it takes, how it answers, and a request that may be pasted. */
export function operationSection(
  document: OpenApiDocument,
  { method, path }: Place,
  operation: PublishedOperation,
): Html {
  const { operationId, summary, description, parameters = [], requestBody } = operation;
  const { schemas } = document.components;
  const body = Object.entries(requestBody?.content ?? {})[0];
  return html`<section class="operation" id="${anchor(operationId)}">
<h3><a href="#${anchor(operationId)}">${summary}</a></h3>
<p class="address"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
${paragraphs(description)}
${securityWords(document, operation)}
${parameterTable(parameters, 'Parameters')}
${body && html`<h4>Body <span class="media">${body[0]}${requestBody?.required ? '' : ', may be left out'}</span></h4>${schemaTable(body[1].schema, schemas, 'Members of the body')}`}
${requests(document, { method, path }, operation, body)}
<h4>Answers</h4>
${Object.entries(operation.responses).map(([status, answer]) => answerDetails(document, status, answer))}
</section>`;
}

/** A webhook: what we send to an endpoint. */
export function webhookSection(document: OpenApiDocument, name: string, operation: PublishedOperation): Html {
  const media = operation.requestBody?.content['application/json'];
  return html`<section class="operation" id="${anchor('webhook', name)}">
<h3><a href="#${anchor('webhook', name)}">${operation.summary}</a></h3>
<p class="address"><span class="method post">EVENT</span> <code>${name}</code></p>
${paragraphs(operation.description)}
${parameterTable(operation.parameters ?? [], 'Headers')}
${
  media &&
  html`<details><summary>Body</summary>${schemaTable(media.schema, document.components.schemas, 'Members of the body')}</details>${samples(media)}`
}
</section>`;
}

function securityWords(document: OpenApiDocument, { security = [] }: PublishedOperation): Html | false {
  const schemes = security.flatMap((needed) => Object.keys(needed));
  const samples = schemes.map((name) => document.components.securitySchemes[name]?.['x-sample'] ?? name);
  return (
    samples.length > 0 &&
    html`<p class="needs">Needs <a href="#credentials">${schemes.join(' and ')}</a>: ${samples.map((sample, index) => html`${index > 0 && ', '}<code>${sample}</code>`)}</p>`
  );
}

function parameterTable(parameters: readonly Parameter[], title: string): Html | false {
  if (parameters.length === 0) return false;
  const rows = parameters.map(
    ({ name, in: place, required, description }) =>
      html`<tr><th scope="row"><code>${name}</code>${required ? false : html` <span class="optional">optional</span>`}</th><td>${place}</td><td>${description !== undefined && inline(description)}</td></tr>`,
  );
  return html`<h4>${title}</h4><table><caption>${title}</caption><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function requests(
  document: OpenApiDocument,
  place: Place,
  operation: PublishedOperation,
  body: readonly [string, MediaType] | undefined,
): Html {
  const examples = Object.values(body?.[1].examples ?? {});
  const shown = examples.length > 0 ? examples : [{ summary: 'Request', value: undefined }];
  return html`${shown.map(
    ({ summary, value }) =>
      html`<figure><figcaption>${summary}</figcaption><pre tabindex="0"><code>${curlOf(document, place, operation, value)}</code></pre></figure>`,
  )}`;
}

function answerDetails(document: OpenApiDocument, status: string, given: PublishedAnswer | Reference): Html {
  const { responses, schemas } = document.components;
  const answer = '$ref' in given ? responses[given.$ref.split('/').at(-1) ?? ''] : given;
  if (!answer) return html``;
  const [type, media] = Object.entries(answer.content ?? {})[0] ?? [];
  const kind = status.startsWith('2') || status.startsWith('3') ? 'good' : 'bad';
  const headers = Object.keys(answer.headers ?? {});
  return html`<details class="answer ${kind}"><summary><span class="status">${status}</span> <span>${inline(answer.description)}</span></summary>
${headers.length > 0 && html`<p class="headers">Headers: ${headers.join(', ')}</p>`}
${media && type === 'application/json' && (isError(media) ? html`<p class="headers">Body: <a href="#errors">the error envelope</a></p>` : schemaTable(media.schema, schemas, `Members of the answer ${status}`))}
${media && samples(media)}
</details>`;
}

/** Errors have one form, which the reference shows once. */
function isError({ schema }: MediaType): boolean {
  return schema.allOf?.[0]?.$ref === errorAddress;
}

function samples({ examples = {} }: MediaType): Html {
  return html`${Object.values(examples).map(
    ({ summary, value }) => html`<figure><figcaption>${summary}</figcaption>${jsonBlock(value)}</figure>`,
  )}`;
}
