/** What a field's format is, by the last name of its path; said when a value does not have it. */
const messages: Readonly<Record<string, string>> = {
  reference_id: 'Reference ID may contain only letters, numbers, dashes and underscores.',
  number: 'Invalid card number format.',
  card_number: 'Invalid card number format.',
  'invoice.number': 'Invoice number may contain only letters, numbers, dashes, underscores and slashes.',
  expiry_month: 'Expiry month must be from 01 to 12.',
  expiry_year: 'Expiry year must have four digits.',
  cvv: 'CVV must be 3 or 4 digits.',
  name: 'Name may contain only letters, spaces and the characters . , - and apostrophe.',
  email: 'Enter a valid email address.',
  phone: 'Phone must be in E.164 format, for example +919800000001.',
  city: 'City may contain only letters, spaces, full stops, dashes and apostrophes.',
  state: 'State may contain only letters, spaces, full stops, dashes and apostrophes.',
  postal_code: 'Postal code must be 6 characters.',
  hs_code: 'HS code must be at most 8 digits.',
  date: 'Date must be in the format YYYY-MM-DD.',
  dob: 'Date must be in the format YYYY-MM-DD.',
  pan_number: 'PAN number must have the form ABCDE1234F.',
  bin: 'BIN code must be 8 digits',
  page: 'Page must be a whole number from 1.',
  page_size: 'Page size must be a whole number from 1.',
};

/** The message for a field whose value is not written as it should be. */
export function formatMessage(path: string): string {
  const names = path.split('.');
  return messages[names.slice(-2).join('.')] ?? messages[names.at(-1) ?? ''] ?? 'Enter a valid value.';
}
