import type { OpenApiDocument, PublishedOperation } from '../document.ts';

/** A request to paste into a shell, with the sandbox's credentials. */
export function curlOf(
  document: OpenApiDocument,
  { method, path }: { readonly method: string; readonly path: string },
  operation: PublishedOperation,
  body: unknown,
): string {
  const base = document.servers[0]?.url ?? '';
  const [needed = {}] = operation.security ?? [];
  const headers = Object.keys(needed).map(
    (name) => document.components.securitySchemes[name]?.['x-sample'] ?? '',
  );
  if (body !== undefined) headers.push('Content-Type: application/json');
  const isForm = operation.requestBody?.content['multipart/form-data'] !== undefined;
  const lines = [
    `curl ${method === 'get' || (method === 'post' && (body !== undefined || isForm)) ? '' : `-X ${method.toUpperCase()} `}${quote(base + filled(path, operation))}`,
    ...headers.filter((header) => header !== '').map((header) => `-H ${quote(header)}`),
    ...(body === undefined ? [] : [`-d ${quote(JSON.stringify(body, null, 2))}`]),
    ...(isForm ? ['-F identifier=INV_1042', '-F document_type=invoice', '-F file=@invoice.pdf'] : []),
  ];
  return lines.join(' \\\n  ');
}

function filled(path: string, { parameters = [] }: PublishedOperation): string {
  const filledPath = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const parameter = parameters.find((candidate) => candidate.in === 'path' && candidate.name === name);
    return encodeURIComponent(parameter?.example ?? '');
  });
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name }) => `${name}=CUST-88`);
  return query.length > 0 ? `${filledPath}?${query.join('&')}` : filledPath;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
