/**
 * EMV 3-D Secure 2.2.0 messages as this gateway uses them; names are EMVCo's. What the network does not need for an
 * app-less, browser-based payment is left out, and unknown fields of an answer are ignored, as 5.1.6 asks.
 */
export const messageVersion = '2.2.0';

export type TransStatus = 'Y' | 'A' | 'N' | 'U' | 'R' | 'C' | 'D' | 'I';

/** 3DS Server → directory server → ACS. */
export interface Areq {
  readonly messageType: 'AReq';
  readonly messageVersion: string;
  readonly threeDSServerTransID: string;
  /** 02: browser. */
  readonly deviceChannel: '02';
  /** 01: payment. */
  readonly messageCategory: '01';
  /** 01 no preference, 04 challenge mandated. */
  readonly threeDSRequestorChallengeInd: '01' | '04';
  readonly acctNumber: string;
  /** YYMM. */
  readonly cardExpiryDate: string;
  /** Minor units, digits only. */
  readonly purchaseAmount: string;
  /** ISO 4217, three digits. */
  readonly purchaseCurrency: string;
  readonly purchaseExponent: string;
  /** YYYYMMDDHHMMSS, UTC. */
  readonly purchaseDate: string;
  readonly merchantName: string;
  readonly notificationURL: string;
  /** Where the directory server sends the RReq on. */
  readonly threeDSServerURL: string;
}

/** ACS → directory server → 3DS Server. */
export interface Ares {
  readonly threeDSServerTransID: string;
  readonly acsTransID: string;
  readonly dsTransID: string;
  readonly messageVersion: string;
  readonly transStatus: TransStatus;
  readonly transStatusReason: string | null;
  readonly eci: string | null;
  readonly authenticationValue: string | null;
  readonly acsURL: string | null;
}

/** 3DS Server → ACS, through the browser. */
export interface Creq {
  readonly messageType: 'CReq';
  readonly messageVersion: string;
  readonly threeDSServerTransID: string;
  readonly acsTransID: string;
  /** 01 250×400, 02 390×400, 03 500×600, 04 600×400, 05 full screen. */
  readonly challengeWindowSize: '01' | '02' | '03' | '04' | '05';
}

/** ACS → 3DS Server, through the browser: a signal that it is back, never proof. */
export interface Cres {
  readonly threeDSServerTransID: string;
  readonly acsTransID: string;
  readonly transStatus: 'Y' | 'N';
}

/** ACS → directory server → 3DS Server: the result to trust. */
export interface Rreq {
  readonly threeDSServerTransID: string;
  readonly acsTransID: string;
  readonly dsTransID: string | null;
  readonly messageVersion: string;
  readonly transStatus: 'Y' | 'A' | 'N' | 'U' | 'R';
  readonly transStatusReason: string | null;
  readonly eci: string | null;
  readonly authenticationValue: string | null;
  /** 01 the cardholder cancelled, 04 timed out, 05 no CReq came, 06 error. */
  readonly challengeCancel: string | null;
}

/** 3DS Server → directory server → ACS: 01 received, 02 CReq was never sent, 03 ARes not delivered. */
export interface Rres {
  readonly messageType: 'RRes';
  readonly messageVersion: string;
  readonly threeDSServerTransID: string;
  readonly acsTransID: string;
  readonly dsTransID: string | null;
  readonly resultsStatus: '01' | '02' | '03';
}

/** The RRes that acknowledges a result. */
export function acknowledgeResult(
  result: Pick<Rreq, 'threeDSServerTransID' | 'acsTransID' | 'dsTransID'>,
): Rres {
  return {
    messageType: 'RRes',
    messageVersion,
    threeDSServerTransID: result.threeDSServerTransID,
    acsTransID: result.acsTransID,
    dsTransID: result.dsTransID,
    resultsStatus: '01',
  };
}
