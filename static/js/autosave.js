// A section of the interview's form, saved as typed. Without scripts its buttons save it. Nothing is kept in the browser:
// what is not saved is on this page only, is marked so, and is sent again and again while the page stays open.
const form = document.querySelector('form[data-autosave]')
const line = form?.querySelector('[data-autosave-line]')
const status = form?.querySelector('[data-autosave-status]')
const settle = form?.querySelector('[data-autosave-settle]')

const AFTER_KEY = 1500
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 15000
const WITHIN = 20000
const OFFLINE = 'Not saved: no connection. Trying again…'
const SIGNED_OUT = 'Signed out: sign in in another tab. This page keeps your text and will save it.'
const NO_ANSWER = 'Not saved: the service did not answer. Trying again…'

let saved = '' // what the server holds of this page, as it was sent
let timer = 0
let pause = FIRST_PAUSE
let sending = null // the attempt under way
let leaving = false
let refused = '' // what the server will not take as it is: sent again once it has changed

function typed () {
  const given = new FormData(form)
  const own = ['csrf_token', 'version', 'writer', 'conflict_id', 'go']
  return JSON.stringify([...given].filter(([name]) => !own.includes(name)))
}

function tell (words, unsaved) {
  line.toggleAttribute('data-unsaved', unsaved)
  if (status.textContent !== words) status.textContent = words // an unchanged text is not read out again
}

function isUnsaved () {
  return typed() !== saved
}

function later (wait) {
  window.clearTimeout(timer)
  timer = window.setTimeout(save, wait)
}

function retry (words) {
  tell(words, true)
  later(pause)
  pause = Math.min(2 * pause, LONGEST_PAUSE)
}

async function save () {
  window.clearTimeout(timer)
  if (sending) return sending
  const now = typed()
  if (leaving || now === saved || now === refused) return
  sending = attempt(now)
  await sending
  sending = null
  if (typed() !== now && typed() !== saved) later(0) // typed on meanwhile: what came after is not saved yet
}

async function attempt (now) {
  try {
    await take(await send(), now)
  } catch {
    retry(OFFLINE)
  }
}

// The page is left by its buttons only once the server holds what was typed, or has refused it as it is, which the next
// page then says. The browser may think it has a connection that leads nowhere: the page would be gone, and the text.
async function leave (button) {
  tell('Saving…', true)
  await save() // the attempt under way, if one is
  await save() // and what was typed since
  if (isUnsaved() && typed() !== refused) return
  leaving = true
  window.clearTimeout(timer)
  form.requestSubmit(button)
}

function send () {
  const given = new FormData(form)
  return fetch(form.action, {
    method: 'POST',
    body: given,
    headers: { Accept: 'application/json' },
    redirect: 'manual',
    cache: 'no-store',
    signal: AbortSignal.timeout(WITHIN)
  })
}

async function take (answer, sent) {
  if (answer.type === 'opaqueredirect') return retry(SIGNED_OUT)
  if (answer.ok) return kept(await answer.json(), sent)
  if (answer.status === 400) return renew()
  if (answer.status === 409) return conflict(await answer.json(), sent)
  if (answer.status === 422) {
    const { status: code, sentence } = await answer.json()
    if (code === 'another_person') return retry(`Not saved. ${sentence}`)
    refused = sent
    return tell(`Not saved. ${sentence}`, true)
  }
  if (answer.status === 403) return retry('Not saved: whoever is signed in now may not write here. Trying again…')
  return retry(NO_ANSWER)
}

function kept ({ version, saved_at: at }, sent) {
  form.elements.version.value = version
  form.elements.conflict_id.value = ''
  saved = sent
  refused = ''
  pause = FIRST_PAUSE
  settle.hidden = true
  if (isUnsaved()) tell('Not saved yet.', true)
  else tell(`Saved ${at}.`, false)
}

// Somebody else saved the section: what was typed here is kept on the server beside their text, and goes on there.
function conflict ({ sentence, differs, settle: address, conflict_id: id }, sent) {
  form.elements.conflict_id.value = id
  saved = sent
  pause = FIRST_PAUSE
  settle.querySelector('a').href = address
  settle.hidden = false
  tell(`${sentence} It differs in: ${differs.join('; ')}.`, isUnsaved())
  line.toggleAttribute('data-conflict', true)
}

// The page's token is of an earlier sign-in: ask who is signed in now. Nobody saves under another's name.
async function renew () {
  const answer = await fetch(form.dataset.token, {
    headers: { Accept: 'application/json' }, redirect: 'manual', cache: 'no-store', signal: AbortSignal.timeout(WITHIN)
  })
  if (!answer.ok) return retry(answer.type === 'opaqueredirect' ? SIGNED_OUT : NO_ANSWER)
  const { person_id: person, token } = await answer.json()
  if (String(person) !== form.elements.writer.value) {
    return retry('Not saved: another person is signed in now. Sign in again as yourself in another tab. This page keeps your text.')
  }
  form.elements.csrf_token.value = token
  retry('Not saved yet.')
}

function changed () {
  if (!isUnsaved()) return
  if (!line.hasAttribute('data-unsaved')) tell('Not saved yet.', true)
  if (!sending) later(AFTER_KEY)
}

function hurry () {
  if (isUnsaved()) save()
}

if (form && line && status) {
  saved = line.hasAttribute('data-unsaved') ? '' : typed()
  form.addEventListener('input', changed)
  form.addEventListener('change', changed)
  form.addEventListener('focusout', hurry)
  document.addEventListener('visibilitychange', hurry)
  window.addEventListener('online', () => { pause = FIRST_PAUSE; hurry() })
  window.addEventListener('offline', () => { if (isUnsaved()) tell(OFFLINE, true) })
  window.addEventListener('beforeunload', event => { if (isUnsaved() && !leaving) event.preventDefault() })
  form.addEventListener('submit', event => {
    if (leaving) return
    event.preventDefault()
    leave(event.submitter)
  })
  window.addEventListener('pageshow', event => { if (event.persisted) leaving = false })
}
