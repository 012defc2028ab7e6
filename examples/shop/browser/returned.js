// In the popup the checkout page behind it takes over; in a window of its own the customer goes on to the order.
if (window.opener) window.close();
else location.replace(document.getElementById('onward').href);
