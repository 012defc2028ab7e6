import type { UnifiedCode } from '../declines.ts';
import type { Language } from './language.ts';

/** Everything that our pages say, by language. */
export interface Words {
  readonly payTitle: string;
  /** The title of a page whose form has problems. */
  readonly problemTitle: (title: string) => string;
  readonly payTo: string;
  readonly payButton: (amount: string) => string;
  readonly cancelButton: string;
  readonly testRibbon: string;
  readonly cardNumber: string;
  readonly expiryMonth: string;
  readonly expiryYear: string;
  readonly monthHint: string;
  readonly yearHint: string;
  readonly cvc: string;
  readonly cvcHint: string;
  readonly cardholderName: string;
  readonly saveNotice: string;
  readonly problemSummary: string;
  /** Generic on purpose: a reason would help whoever tries cards that are not theirs. */
  readonly anotherCard: string;
  readonly problems: Record<
    'number' | 'exp_month' | 'exp_year' | 'expired' | 'cvc' | 'cardholder_name' | 'not_accepted' | 'limit',
    string
  >;
  readonly privacy: string;
  readonly otherLanguage: string;
  readonly doneTitle: string;
  readonly doneText: string;
  readonly failedTitle: string;
  readonly failedText: string;
  readonly failures: Partial<Record<UnifiedCode, string>>;
  readonly canceledTitle: string;
  readonly canceledText: string;
  readonly expiredTitle: string;
  readonly expiredText: string;
  readonly tooManyTitle: string;
  readonly tooManyText: string;
  readonly closeText: string;
  readonly shopLabel: string;
  readonly amountLabel: string;
  readonly progressTitle: string;
  readonly progressText: string;
  readonly refresh: string;
  readonly waitingTitle: string;
  readonly waitingText: string;
  readonly continueToBank: string;
  readonly checkAgain: string;
  readonly atBankTitle: string;
  readonly atBankText: string;
  readonly toBankTitle: string;
  readonly toBankText: string;
}

const english: Words = {
  payTitle: 'Pay by card',
  problemTitle: (title) => `Error: ${title}`,
  payTo: 'Payment to',
  payButton: (amount) => `Pay ${amount}`,
  cancelButton: 'Cancel payment',
  testRibbon: 'Test mode: no money moves. Use a test card.',
  cardNumber: 'Card number',
  expiryMonth: 'Expiry month',
  expiryYear: 'Expiry year',
  monthHint: 'MM',
  yearHint: 'YY',
  cvc: 'Security code',
  cvcHint: 'Three digits on the back, or four on the front of American Express',
  cardholderName: 'Name on card (optional)',
  saveNotice: 'Your card will be saved for later payments to this shop.',
  problemSummary: 'Please correct the marked fields and enter the card number and security code again.',
  anotherCard: 'This card did not go through. You were not charged. Check the details, or use another card.',
  problems: {
    number: 'Enter the number as it stands on your card.',
    exp_month: 'Enter the month as a number from 01 to 12.',
    exp_year: 'Enter the year as it stands on your card.',
    expired: 'This card has expired. Use another one.',
    cvc: 'Enter the three or four digits of the security code.',
    cardholder_name: 'Enter the name, not the number, of the card.',
    not_accepted: 'This card cannot be used here. Use another one.',
    limit: 'This payment is above what this shop accepts in a month. Use another card, or ask the shop.',
  },
  privacy: 'Your card details go straight to the payment service, never to the shop.',
  otherLanguage: '日本語',
  doneTitle: 'Payment complete',
  doneText: 'Thank you. Your payment was successful.',
  failedTitle: 'Payment not completed',
  failedText: 'The payment did not go through. You were not charged.',
  failures: {
    insufficient_funds: 'The card has insufficient funds. You were not charged.',
    expired_card: 'The card has expired. You were not charged.',
    incorrect_cvc: 'The security code is not correct. You were not charged.',
    authentication_failed: 'Your bank could not confirm that it was you. You were not charged.',
  },
  canceledTitle: 'Payment cancelled',
  canceledText: 'You cancelled the payment. You were not charged.',
  expiredTitle: 'This payment link has expired',
  expiredText: 'Nothing was charged. Ask the shop for a new link.',
  tooManyTitle: 'Please try again later',
  tooManyText: 'There were too many attempts. You were not charged.',
  closeText: 'You can close this page and return to the shop.',
  shopLabel: 'Shop',
  amountLabel: 'Amount',
  progressTitle: 'Your payment is being processed',
  progressText: 'This can take a moment. Please do not pay again; this page updates by itself.',
  refresh: 'Update now',
  waitingTitle: 'Your bank has not confirmed yet',
  waitingText: 'Go back to your bank to finish, or look again if you have already confirmed.',
  continueToBank: 'Continue to my bank',
  checkAgain: 'Look again',
  atBankTitle: 'Finish the payment at your bank',
  atBankText: 'Your bank asked you to confirm this payment on its own page. Go back to that page to finish.',
  toBankTitle: 'Confirm with your bank',
  toBankText: 'Your bank wants to be sure that it is you.',
};

const japanese: Words = {
  payTitle: 'カードでのお支払い',
  problemTitle: (title) => `入力エラー: ${title}`,
  payTo: 'お支払い先',
  payButton: (amount) => `${amount} を支払う`,
  cancelButton: '支払いをやめる',
  testRibbon: 'テストモードです。実際の請求は発生しません。テストカードをお使いください。',
  cardNumber: 'カード番号',
  expiryMonth: '有効期限(月)',
  expiryYear: '有効期限(年)',
  monthHint: '月2桁',
  yearHint: '西暦下2桁',
  cvc: 'セキュリティコード',
  cvcHint: 'カード裏面の3桁(American Expressは表面の4桁)',
  cardholderName: 'カード名義(任意)',
  saveNotice: '次回以降のお支払いのため、カードがこのショップに登録されます。',
  problemSummary: '印の付いた項目を修正し、カード番号とセキュリティコードをもう一度入力してください。',
  anotherCard:
    'このカードではお支払いが完了しませんでした。請求は発生していません。入力内容をご確認いただくか、別のカードをお使いください。',
  problems: {
    number: 'カードに記載の番号を入力してください。',
    exp_month: '月を01から12の数字で入力してください。',
    exp_year: 'カードに記載の年を入力してください。',
    expired: 'このカードは有効期限が切れています。別のカードをお使いください。',
    cvc: 'セキュリティコードを3桁または4桁で入力してください。',
    cardholder_name: 'カード番号ではなく、名義を入力してください。',
    not_accepted: 'このカードはご利用いただけません。別のカードをお使いください。',
    limit:
      'このショップの月間ご利用限度額を超えています。別のカードをお使いいただくか、ショップにお問い合わせください。',
  },
  privacy: 'カード情報は決済サービスに直接送信され、ショップには渡りません。',
  otherLanguage: 'English',
  doneTitle: 'お支払いが完了しました',
  doneText: 'ありがとうございます。お支払いは正常に完了しました。',
  failedTitle: 'お支払いを完了できませんでした',
  failedText: '決済が承認されませんでした。請求は発生していません。',
  failures: {
    insufficient_funds: 'カードの残高または利用可能額が不足しています。請求は発生していません。',
    expired_card: 'カードの有効期限が切れています。請求は発生していません。',
    incorrect_cvc: 'セキュリティコードが正しくありません。請求は発生していません。',
    authentication_failed: 'カード会社での本人認証ができませんでした。請求は発生していません。',
  },
  canceledTitle: 'お支払いをキャンセルしました',
  canceledText: 'お支払いはキャンセルされました。請求は発生していません。',
  expiredTitle: 'このお支払いリンクは期限切れです',
  expiredText: '請求は発生していません。ショップに新しいリンクをご依頼ください。',
  tooManyTitle: 'しばらくしてからもう一度お試しください',
  tooManyText: '試行回数が多すぎます。請求は発生していません。',
  closeText: 'このページを閉じて、ショップにお戻りください。',
  shopLabel: 'ショップ',
  amountLabel: '金額',
  progressTitle: 'お支払いを処理しています',
  progressText:
    '少し時間がかかることがあります。もう一度お支払いをせずにお待ちください。このページは自動的に更新されます。',
  refresh: '今すぐ更新',
  waitingTitle: 'カード会社の確認がまだ届いていません',
  waitingText:
    'カード会社のページに戻って認証を完了してください。完了済みの場合は、もう一度確認してください。',
  continueToBank: 'カード会社のページへ進む',
  checkAgain: 'もう一度確認する',
  atBankTitle: 'カード会社のページで認証を完了してください',
  atBankText:
    'カード会社のページで、このお支払いの確認が求められています。そのページに戻って完了してください。',
  toBankTitle: 'カード会社での本人認証',
  toBankText: 'ご本人であることをカード会社が確認します。',
};

export const words: Record<Language, Words> = { en: english, ja: japanese };
