// The hosted 3-D Secure page inside the dialog of the stand-in.
(function () {
  'use strict';
  var done = document.body.getAttribute('data-done');
  if (done && window.parent !== window) window.parent.postMessage({ stripetest: '3ds', result: done }, '*');
  var form = document.querySelector('form');
  if (!form) return;
  document.addEventListener('keydown', function (e) {
    if (e.key === 'Escape' && window.parent !== window) form.querySelector('[value=cancel]').click();
  });
})();
