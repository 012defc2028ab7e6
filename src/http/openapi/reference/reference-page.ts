import { type Html, html } from '../../edge/html.ts';
import type { OpenApiDocument, PublishedOperation } from '../document.ts';
import { errorAddress, operationSection, type Place, webhookSection } from './operation-section.ts';
import { schemaTable } from './schema-table.ts';
import { anchor, inline, paragraphs } from './words.ts';

type Entry = Place & { readonly operation: PublishedOperation };

/**
 * The reference of one dialect, made from its document alone: contents, introduction, every operation and webhook. The
 * contents stand there twice, for without scripts one element cannot be closed on a phone and open on a wide screen.
 */
export function referenceBody(document: OpenApiDocument, documentAddress: string): Html {
  const entries = entriesOf(document);
  return html`<header class="top">
<h1>${document.info.title}</h1>
<p><a href="./">All references</a> · <a href="${documentAddress}">OpenAPI document</a></p>
</header>
<div class="layout">
<nav class="contents narrow" aria-label="Contents"><details><summary>Contents</summary>${contents(document, entries)}</details></nav>
<nav class="contents wide" aria-label="Contents">${contents(document, entries)}</nav>
<div class="text">
<h2 id="introduction">Introduction</h2>
${paragraphs(document.info.description)}
${credentials(document)}
<h2 id="errors">Errors</h2>
${schemaTable({ $ref: errorAddress }, document.components.schemas, 'Members of an error')}
${document.tags.map(
  ({ name, description }) =>
    html`<h2 id="${anchor('tag', name)}">${name}</h2><p>${inline(description)}</p>${
      name === 'Webhooks'
        ? Object.entries(document.webhooks).map(([event, { post }]) => webhookSection(document, event, post))
        : entries
            .filter(({ operation }) => operation.tags.includes(name))
            .map(({ operation, ...place }) => operationSection(document, place, operation))
    }`,
)}
</div>
</div>`;
}

/** The page that leads to each dialect's reference. */
export function indexBody(
  dialects: readonly { readonly name: string; readonly document: OpenApiDocument }[],
): Html {
  return html`<header class="top"><h1>API reference</h1>
<p>One gateway, two wire protocols. Everything here is made from the documents that the gateway itself is held to.</p></header>
<div class="cards">${dialects.map(
    ({
      name,
      document,
    }) => html`<section class="operation card"><h2><a href="${name}">${document.info.title}</a></h2>
<p>${inline(document.info.description.split('\n\n')[0] ?? '')}</p>
<p>${Object.keys(document.paths).length} addresses, ${Object.keys(document.webhooks).length} webhooks. <a href="/openapi/${name}.json">OpenAPI document</a></p></section>`,
  )}</div>`;
}

function entriesOf(document: OpenApiDocument): Entry[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
}

function contents(document: OpenApiDocument, entries: readonly Entry[]): Html {
  return html`<ul><li><a href="#introduction">Introduction</a></li><li><a href="#credentials">Credentials</a></li><li><a href="#errors">Errors</a></li></ul>${document.tags.map(
    ({ name }) =>
      html`<h2>${name}</h2><ul>${
        name === 'Webhooks'
          ? Object.keys(document.webhooks).map(
              (event) => html`<li><a href="#${anchor('webhook', event)}">${event}</a></li>`,
            )
          : entries
              .filter(({ operation }) => operation.tags.includes(name))
              .map(
                ({ operation }) =>
                  html`<li><a href="#${anchor(operation.operationId)}">${operation.summary}</a></li>`,
              )
      }</ul>`,
  )}`;
}

function credentials(document: OpenApiDocument): Html {
  const rows = Object.entries(document.components.securitySchemes).map(
    ([name, scheme]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td><code>${scheme['x-sample']}</code></td><td>${inline(scheme.description)}</td></tr>`,
  );
  return html`<h2 id="credentials">Credentials</h2><table><caption>Credentials</caption><thead><tr><th scope="col">Name</th><th scope="col">In the sandbox</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table>`;
}
