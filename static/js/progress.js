// How far a receipt's reading has come, told while the page stays open. Without scripts the page has a link to refresh.
const panel = document.querySelector('[data-progress]')
const text = panel?.querySelector('[data-progress-text]')
const bar = panel?.querySelector('progress')
const EVERY = 2000
let told = ''

function tell (words) {
  if (words !== told) text.textContent = told = words // an unchanged text is not read out again
}

async function ask () {
  try {
    const answer = await fetch(panel.dataset.progress, { headers: { Accept: 'application/json' } })
    if (!answer.ok) return
    const { status, done, total } = await answer.json()
    if (status !== panel.dataset.status) {
      window.location.reload()
      return
    }
    if (total) {
      if (bar) { bar.max = total; bar.value = done }
      const share = Math.floor(100 * done / total)
      tell(status === 'reading'
        ? `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} lines read`
        : `This load is being undone: ${share}% done`)
    }
  } catch {
    // the network may be away for a moment: asked again below
  }
  window.setTimeout(ask, EVERY)
}

if (panel && text) window.setTimeout(ask, EVERY)
