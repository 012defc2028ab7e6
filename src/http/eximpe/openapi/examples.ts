/** Samples as the sandbox gives them; a test holds each against its schema, and sends the requests. */

const card = {
  number: '4895380110000003',
  cardholder_name: 'Asha Rao',
  expiry_month: '05',
  expiry_year: '2030',
  cvv: '123',
  network: 'visa',
  identifier: 'CUST-88',
  save_card: true,
};

const order = {
  amount: '1249.50',
  currency: 'INR',
  reference_id: 'SHOP-1042',
  return_url: 'https://shop.example/eximpe/return',
  collection_mode: 's2s',
  mop_type: 'debit_card',
  card_details: card,
  buyer: {
    name: 'Asha Rao',
    email: 'asha@shop.example',
    phone: '+919800000001',
    address: { line_1: '9 Lake Road', city: 'Kochi', state: 'Kerala', postal_code: '682001' },
    ip_address: '203.0.113.20',
    user_agent: 'Mozilla/5.0',
  },
  product: { name: 'Annual plan', type_of_goods: 'service' },
  invoice: { number: 'INV_1042', date: '2026-03-04' },
};

const { card_details: _, ...hosted } = order;

export const createOrder = {
  newCard: { summary: 'A new card, saved when it pays', value: order },
  savedCard: {
    summary: 'A saved card',
    value: {
      ...order,
      reference_id: 'SHOP-1043',
      card_details: { token: '7b1d0c4fe2a96853b0d1f4', identifier: 'CUST-88', network: 'visa' },
    },
  },
  hosted: {
    summary: 'A page of ours takes the card',
    value: { ...hosted, reference_id: 'SHOP-1044', collection_mode: 'hosted_payment' },
  },
};

export const envelope = (message: string, payload: unknown) => ({ success: true, message, data: payload });

export const createdOrder = envelope('S2S Card Payment Request created successfully', {
  order_id: 'OD4410278835',
  acs_template: 'PGh0bWw+PGJvZHk+PGZvcm0gbmFtZT0icGF5bWVudF9wb3N0Ij48L2Zvcm0+PC9ib2R5PjwvaHRtbD4=',
});

export const pendingOrder = envelope('S2S Card Payment Request created successfully', {
  order_id: 'OD4410278835',
  status: 'payment_pending',
});

const sessionId = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0';

export const createdSession = envelope('Checkout session created successfully', {
  session_id: sessionId,
  order_id: 'OD4410278836',
  checkout_url: `http://127.0.0.1:8000/${sessionId}/checkout`,
});

export const orderStatus = {
  order_id: 'OD4410278835',
  status: 'payment_successful',
  status_message: 'Payment captured successfully',
  amount: '1249.50',
  currency: 'INR',
  reference_id: 'SHOP-1042',
  created_at: '2026-03-04T09:14:02.118000Z',
  updated_at: '2026-03-04T09:15:26.530000Z',
};

const settlement = { status: 'pending', message: null, settlement_details: null };
const buyer = {
  name: 'Asha Rao',
  email: 'asha@shop.example',
  phone: '+919800000001',
  address: { line_1: '9 Lake Road', line_2: null, city: 'Kochi', state: 'Kerala', postal_code: '682001' },
  pan_number: null,
  dob: null,
};
const invoice = { number: 'INV_1042', date: '2026-03-04', file: null };

const orderOfPayment = {
  order_id: 'OD4410278835',
  reference_id: 'SHOP-1042',
  amount: '1249.50',
  currency: 'INR',
  opted_mop_type: 'debit_card',
  mop_type: 'debit_card',
  buyer,
  product: {
    name: 'Annual plan',
    description: null,
    hs_code: null,
    hs_code_description: null,
    type_of_goods: 'service',
  },
  invoice,
  air_waybills: [],
  status: 'payment_successful',
  status_message: 'Payment captured successfully',
  created_at: '2026-03-04T09:14:02.118000Z',
};

export const orderDetail = {
  ...orderOfPayment,
  payments: [
    {
      payment_id: 'PR7719034562',
      mop_type: 'debit_card',
      status: 'captured',
      status_message: 'Payment captured successfully',
      error_code: null,
      settlement,
      created_at: '2026-03-04T09:14:02.118000Z',
    },
  ],
  is_testing: true,
};

export const updatedOrder = envelope(
  'Order updated successfully',
  envelope('Order updated successfully', {
    order_id: 'OD4410278835',
    buyer: { ...buyer, pan_number: 'ABCDE1234F' },
    invoice,
  }),
);

export const page = (row: unknown) => ({
  count: 1,
  page: 1,
  page_size: 10,
  next: null,
  previous: null,
  results: [row],
});

export const paymentRow = {
  payment_id: 'PR7719034562',
  merchant: { id: '2000000001', name: 'Demo Shop' },
  reference_id: 'SHOP-1042',
  buyer: { name: 'Asha Rao', email: 'asha@shop.example', phone: '+919800000001' },
  order_id: 'OD4410278835',
  invoice_number: 'INV_1042',
  amount: { amount: '1249.50', total_amount: '1249.50', currency: 'INR' },
  created_at: '2026-03-04T09:14:02.118000Z',
  comment: null,
  mop_type: 'debit_card',
  status: 'captured',
};

export const refundRow = {
  refund_id: 'RF3305718842',
  refund_amount: 249.5,
  refund_status: 'refunded',
  refunded_at: '2026-03-06T05:00:11.000000Z',
  message: 'Refund processed successfully',
  payment_id: 'PR7719034562',
};

export const refund = {
  ...refundRow,
  bank_ref_num: 're_6b0f1c9a7d3e4f5a8b2c1d0e',
  reference_id: 'RETURN-7',
  created_at: '2026-03-06T05:00:10.000000Z',
};

export const payment = {
  payment_id: 'PR7719034562',
  order: orderOfPayment,
  settlement,
  refund: [refund],
  collection_mode: 's2s',
  mop_type: 'debit_card',
  bank_ref_num: 'OD4410278835-PR7719034562',
  mop_detail: {
    card_mask: 'XXXXXXXXXXXX0003',
    card_holder_name: 'Asha Rao',
    card_issuer_country: 'IN',
    card_issuer_bank: 'Sandbox Bank',
  },
  payment_completed_at: '2026-03-04T09:15:26.401000Z',
  status: 'captured',
  status_message: 'Payment captured successfully',
  error_code: null,
  created_date: '2026-03-04T09:14:02.118000Z',
};

export const saveCard = {
  identifier: 'CUST-88',
  card_number: '4111111111111111',
  cardholder_name: 'Asha Rao',
  expiry_month: '05',
  expiry_year: '2030',
  network: 'visa',
  card_type: 'credit_card',
  nickname: 'Salary card',
};

export const savedCard = {
  card_token: '7b1d0c4fe2a96853b0d1f4',
  identifier: 'CUST-88',
  cardholder_name: 'Asha Rao',
  nickname: 'Salary card',
  card_type: 'credit_card',
  network: 'visa',
  masked_pan: 'XXXXXXXXXXXX1111',
  expiry_month: 5,
  expiry_year: 2030,
};

export const createdRefund = {
  refund_id: 'RF3305718842',
  payment_id: 'PR7719034562',
  refund_status: 'initiated',
  message: 'Refund Request Queued',
  transaction_id: 'orf_1XbQm8Zr5TkLwPc3Nd7YhA',
  bank_ref_num: null,
  refund_amount: '249.50',
};

export const simulatedRefund = {
  refund_id: 'RF3305718842',
  payment_id: 'PR7719034562',
  refund_amount: '249.50',
  refund_status: 'on_hold',
  refunded_at: null,
  message: 'Refund on hold',
  settlement_details: {},
  reference_id: 'RETURN-7',
  created_at: '2026-03-06T05:00:10.000000Z',
};

const paymentData = {
  amount: 1249.5,
  bank_ref_num: 'OD4410278835-PR7719034562',
  extended_status: 'SUCCESS',
  merchant_reference_id: 'SHOP-1042',
  message: 'Payment successful',
  mop_type: 'debit_card',
  order_id: 'OD4410278835',
  payment_completed_at: '2026-03-04T09:15:26.401000Z',
  payment_id: 'PR7719034562',
  payment_message: null,
  status: 'captured',
  subscription_id: null,
  utr: null,
  virtual_account_id: null,
};

/** The body of a webhook of that type. */
export function webhook(type: string, payload: unknown, version = '1.0') {
  return {
    data: payload,
    event_time: '2026-03-04 09:15:27',
    event_type: type,
    sequence_number: '5f0c2b9e-7a31-4c55-9d3e-2a1b6c7d8e90',
    version,
  };
}

export const paymentSuccessful = webhook('PAYMENT_SUCCESSFUL', paymentData);
export const paymentFailed = webhook('PAYMENT_FAILED', {
  ...paymentData,
  bank_ref_num: null,
  extended_status: 'FAILED',
  message: 'Cancelled by user',
  payment_completed_at: null,
  payment_message: '3DS_FAILED',
  status: 'failed',
});

const refundData = {
  bank_arn: 're_6b0f1c9a7d3e4f5a8b2c1d0e',
  comments: 'Refund processed successfully',
  order_id: 'OD4410278835',
  order_reference_id: 'SHOP-1042',
  payment_id: 'PR7719034562',
  refund_amount: 249.5,
  refund_completed_at: '2026-03-06T05:00:11.000000Z',
  refund_id: 'RF3305718842',
  refund_reference_id: '0d2f7c6b5a4e493887a1c0b9e8d7f6a5',
};

export const paymentRefunded = webhook('PAYMENT_REFUNDED', {
  refunds: [{ amount: 249.5, ...refundData, payment_request_id: 'PR7719034562' }],
});
export const refundFailed = webhook(
  'REFUND_FAILED',
  { refunds: [{ ...refundData, comments: 'Refund failed', refund_completed_at: null }] },
  '1.0.0',
);
export const refundStatusUpdate = webhook(
  'REFUND_STATUS_UPDATE',
  {
    refunds: [
      { ...refundData, comments: 'Refund on hold', refund_completed_at: null, refund_status: 'ON_HOLD' },
    ],
  },
  '1.0.0',
);

export const disputeUpdated = {
  chargeback_amount: 1249.5,
  chargeback_id: 'CB4410278835',
  chargeback_status: 'NEW',
  chargeback_type: 'CHARGEBACK',
  event_type: 'DISPUTE_UPDATED',
  order_id: 'OD4410278835',
  payment_id: 'PR7719034562',
  raised_on: '2026-03-20T10:00:00.000000Z',
  reason_description: 'The cardholder disputes the payment',
  reply_before: null,
};
