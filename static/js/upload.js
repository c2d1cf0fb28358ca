// Sends the form with a bar that shows how far the file has come. Without scripts, or for a form that is not filled in,
// the browser sends it as ever.
const form = document.querySelector('form[data-upload]')
const shown = form?.querySelector('[data-upload-progress]')

function send (event) {
  const file = form.querySelector('input[type=file]').files[0]
  if (!file || !form.querySelector('select').value) return
  event.preventDefault()
  const text = shown.querySelector('[data-upload-text]')
  const bar = shown.querySelector('progress')
  const button = form.querySelector('button[type=submit]')
  const asking = new XMLHttpRequest()
  let told = ''
  const tell = words => { if (words !== told) text.textContent = told = words }
  const failed = words => { tell(words); bar.hidden = true; button.disabled = false }

  asking.upload.addEventListener('progress', ({ lengthComputable, loaded, total }) => {
    if (!lengthComputable) return
    bar.value = 100 * loaded / total
    tell(loaded < total ? `Sending: ${Math.floor(10 * loaded / total) * 10}%` : 'Sent. The report is being read.')
  })
  asking.addEventListener('load', () => {
    const { address } = asking.response || {}
    if (address) window.location.assign(address)
    else if (asking.status === 413) failed('The file is too large. Nothing was kept. Send it in parts.')
    else form.submit() // what is wrong with the form, or a sign-in that has ended, the page itself says
  })
  asking.addEventListener('error', () => failed('The file could not be sent. Check the network and try again.'))
  asking.open('POST', form.action)
  asking.setRequestHeader('Accept', 'application/json')
  asking.responseType = 'json'
  button.disabled = true
  bar.hidden = false
  shown.hidden = false
  tell('Sending')
  asking.send(new FormData(form))
}

form?.addEventListener('submit', send)
