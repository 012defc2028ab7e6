import type { MerchantId } from '../../domain/ids.ts';
import type { Flow } from '../../domain/merchant.ts';
import type { AuditEntry } from './audit.ts';

/** Flows as operators set them up. Each act and its audit entry are one transaction. */
export interface FlowDesk {
  /** By merchant and id; of all merchants when `merchantId` is null. */
  listFlows(merchantId: MerchantId | null): Promise<Flow[]>;
  /** False when the merchant has a flow of that id already. */
  insertFlow(flow: Flow, audit: AuditEntry): Promise<boolean>;
  /**
   * Writes what `change` makes of the flow as it is now, while nobody else can; whatever it throws leaves the flow as it
   * is. Null when the merchant has no such flow.
   */
  changeFlow(
    merchantId: MerchantId,
    id: string,
    change: (flow: Flow) => { readonly flow: Flow; readonly audit: AuditEntry },
  ): Promise<Flow | null>;
}
