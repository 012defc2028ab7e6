/* The checkout page: turns the card form into a payment, in whichever dialect the order is in. */
(() => {
  const form = document.getElementById('card-form');
  const payButton = document.getElementById('pay');
  const problem = document.getElementById('problem');
  const field = (id) => document.getElementById(id);
  const { order, currency, key } = form.dataset;
  const waiting = 'waiting' in form.dataset;
  const payLabel = payButton.textContent;

  for (const button of document.querySelectorAll('[data-number]')) {
    button.addEventListener('click', () => {
      field('number').value = group(button.dataset.number);
      field('expiry').value = '12 / 30';
      field('cvc').value = '123';
      field('name').value ||= 'Ada Example';
      payButton.focus();
    });
  }
  field('number')?.addEventListener('change', () => {
    field('number').value = group(field('number').value);
  });
  // A page that comes back from the history is still as the customer left it, its button locked.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void (currency === 'usd' ? payWithToken() : payInPopup());
  });

  function group(text) {
    return text.replaceAll(/[\s-]/g, '').replaceAll(/(.{4})(?=.)/g, '$1 ');
  }

  function readCard() {
    const [, month = '', year = ''] =
      /^\s*(\d{1,2})\s*[/ -]?\s*(\d{4}|\d{2})\s*$/.exec(field('expiry').value) ?? [];
    return {
      number: field('number').value.replaceAll(/[\s-]/g, ''),
      month,
      year: year.length === 2 ? `20${year}` : year,
      cvc: field('cvc').value.trim(),
      name: field('name').value.trim(),
    };
  }

  /** Zafapay: the card goes to the gateway, a token comes back, and only the token to our server. */
  async function payWithToken() {
    lock(waiting ? 'One moment …' : 'Paying …');
    try {
      const body = waiting ? {} : { token: (await tokenize(readCard())).token };
      const answer = await post(`/orders/${order}/pay/token`, body);
      if (answer.problem) tell(answer.problem);
      else location.assign(answer.redirect ?? `/orders/${order}`);
    } catch (error) {
      tell(error.message);
    }
  }

  function tokenize(card) {
    return Zafapay(key).createToken({
      number: card.number,
      exp_month: card.month,
      exp_year: card.year,
      cvc: card.cvc,
      cardholder_name: card.name,
    });
  }

  /** EximPe: our server passes the card on, and the bank's page opens in a popup. */
  async function payInPopup() {
    // Browsers allow a popup only while the click is being handled, so it opens before its address is known.
    const popup = window.open('about:blank', 'bank', 'width=480,height=760');
    lock(waiting ? 'One moment …' : 'Paying …');
    try {
      const answer = await post(`/orders/${order}/pay/card`, waiting ? {} : readCard());
      if (answer.problem || !answer.template) popup?.close();
      if (answer.problem) return tell(answer.problem);
      if (!answer.template) return location.assign(`/orders/${order}`);
      submitTemplate(answer.template, popup === null ? '_self' : 'bank');
      if (popup !== null) await waitForBank(popup);
    } catch (error) {
      popup?.close();
      tell(error.message);
    }
  }

  /**
   * The template is a page that posts one form. Written into the popup, its script would fall under this page's
   * content security policy, so the form is taken out and posted from here.
   */
  function submitTemplate(template, target) {
    const page = new DOMParser().parseFromString(atob(template), 'text/html');
    const bankForm = document.importNode(page.querySelector('form'), true);
    bankForm.target = target;
    bankForm.hidden = true;
    document.body.append(bankForm);
    bankForm.submit();
  }

  async function waitForBank(popup) {
    payButton.textContent = 'Waiting for your bank …';
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      const wasClosed = popup.closed;
      const { state, problem: told } = await (await fetch(`/orders/${order}/state`)).json();
      if (state === 'paid' || state === 'unsure') return location.assign(`/orders/${order}`);
      if (state === 'failed') return tell(told);
      if (wasClosed) return tell('The bank’s window was closed before you confirmed. Nothing was charged.');
    }
  }

  async function post(path, body) {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  function lock(label) {
    payButton.disabled = true;
    payButton.textContent = label;
    problem.hidden = true;
  }

  function tell(text) {
    if (waiting) return location.reload();
    problem.textContent = text;
    problem.hidden = false;
    payButton.disabled = false;
    payButton.textContent = payLabel;
  }
})();
