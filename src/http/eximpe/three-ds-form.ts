import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { asciiHtml, html } from '../edge/html.ts';

/** Half of the bytes that `PaReq` has as hex: 1248 characters (section 6). */
const paReqBytes = 624;

/** The last segments of our two 3-D Secure addresses, after the payment's unguessable token. */
export const methodPath = 'threeDSecure/method';
export const returnPath = 'CommonPgResponseHandler';

/** The hidden values of the form for the challenge of `browserToken`. */
export interface ThreeDsFormValues {
  /** 1248 lower-case hex characters. */
  readonly paReq: string;
  /** 64 lower-case hex characters. */
  readonly md: string;
}

/** Derives the form's values from the token, so that nothing more is kept of them. */
export function deriveFormValues(secretKey: Buffer, browserToken: string): ThreeDsFormValues {
  const paReq = hkdfSync('sha256', secretKey, browserToken, 'eximpe PaReq', paReqBytes);
  return { paReq: Buffer.from(paReq).toString('hex'), md: deriveMd(secretKey, browserToken) };
}

/** Whether `md` is the one that the form for `browserToken` carried. */
export function isFormMd(secretKey: Buffer, browserToken: string, md: string): boolean {
  const expected = Buffer.from(deriveMd(secretKey, browserToken));
  const given = Buffer.from(md);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function deriveMd(secretKey: Buffer, browserToken: string): string {
  return createHmac('sha256', secretKey).update(`eximpe MD\n${browserToken}`).digest('hex');
}

/** Where the issuer's page, or the form's receiver, finds the challenge of `browserToken`. */
export function threeDsUrl(publicUrl: string, browserToken: string, path: string): string {
  return `${publicUrl}/${browserToken}/${path}`;
}

/**
 * The page that leads the cardholder to the issuer, in Base64 (section 6). Integrations write it into a popup, take its
 * first form into a page of their own, or decode it byte by byte: so it is one form with absolute addresses, one script
 * and nothing else, in ASCII.
 */
export function acsTemplate(publicUrl: string, browserToken: string, secretKey: Buffer): string {
  const { paReq, md } = deriveFormValues(secretKey, browserToken);
  const action = threeDsUrl(publicUrl, browserToken, methodPath);
  const termUrl = threeDsUrl(publicUrl, browserToken, returnPath);
  const form = html`<form name="payment_post" id="payment_post" action="${action}" method="post"><input type="hidden" name="PaReq" value="${paReq}"><input type="hidden" name="MD" value="${md}"><input type="hidden" name="TermUrl" value="${termUrl}"><noscript><button>Continue</button></noscript></form>`;
  const script = `<script type="text/javascript">window.onload=function(){document.forms['payment_post'].submit();}</script>`;
  return Buffer.from(`<html><body>${asciiHtml(form.markup)}${script}</body></html>`, 'latin1').toString(
    'base64',
  );
}
