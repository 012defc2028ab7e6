import { createServer, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';

/**
 * The bank's protocol (bank/wire.ts) with nothing behind it: every message is approved at once and forgotten, so that a
 * benchmark measures the gateway. A process of its own: `node src/sandbox/instant-bank.ts --port 8100`.
 */
const { values } = parseArgs({ options: { port: { type: 'string', default: '8100' } } });
let count = 0;

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    request.resume();
    send(response, 404, '{"error":"message_not_found"}');
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => send(response, 200, approve(body)));
});

/** Amount and currency are cut out of the text: reading all of it would cost more than the rest. */
function approve(body: string): string {
  count++;
  const amount = /"amount":"([0-9]+)"/.exec(body)?.[1] ?? '0';
  const currency = /"currency":"([A-Z]{3})"/.exec(body)?.[1] ?? '';
  const number = count.toString();
  return (
    `{"result":"approved","responseCode":"00","id":"sba_${number}","amount":"${amount}","currency":"${currency}",` +
    `"authorizationCode":"${number.padStart(6, '0').slice(-6)}","networkTransactionId":"8${number.padStart(14, '0')}",` +
    '"avsResult":null,"cvcResult":"M"}'
  );
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
  response.end(text);
}

server.keepAliveTimeout = 65_000;
server.listen({ host: '127.0.0.1', port: Number(values.port), backlog: 4096 });
process.once('SIGTERM', () => server.close(() => process.exit(0)));
