import type { MerchantId, PaymentId } from '../domain/ids.ts';
import type { OrderDocument } from '../usecases/ports/orders.ts';
import type { Database } from './database.ts';

const documentColumns = `id, payment_id as "paymentId", merchant_id as "merchantId", kind, identifier,
  media_type as "mediaType", created_at as "createdAt"`;

/** Keeps a document; one that is there already under its id stays as it is. */
export async function insertDocument(
  database: Database,
  document: OrderDocument,
  content: Buffer,
): Promise<void> {
  await database.query({
    name: 'insert-order-document',
    text: `insert into order_documents (id, payment_id, merchant_id, kind, identifier, media_type, content, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (id) do nothing`,
    values: [
      document.id,
      document.paymentId,
      document.merchantId,
      document.kind,
      document.identifier,
      document.mediaType,
      content,
      document.createdAt.toISOString(),
    ],
  });
}

export async function listDocuments(
  database: Database,
  merchantId: MerchantId,
  paymentId: PaymentId,
): Promise<OrderDocument[]> {
  const { rows } = await database.query<OrderDocument>({
    name: 'list-order-documents',
    text: `select ${documentColumns} from order_documents where merchant_id = $1 and payment_id = $2
      order by created_at, id`,
    values: [merchantId, paymentId],
  });
  return rows;
}

export async function findDocument(
  database: Database,
  merchantId: MerchantId,
  paymentId: PaymentId,
  id: string,
): Promise<{ readonly document: OrderDocument; readonly content: Buffer } | null> {
  const { rows } = await database.query<OrderDocument & { readonly content: Buffer }>({
    name: 'find-order-document',
    text: `select ${documentColumns}, content from order_documents
      where merchant_id = $1 and payment_id = $2 and id = $3`,
    values: [merchantId, paymentId, id],
  });
  if (!rows[0]) return null;
  const { content, ...document } = rows[0];
  return { document, content };
}
