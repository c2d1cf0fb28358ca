// Says once that a count has ended, while its page stays open: the page stays as it is, and so does the focus.
// Without scripts the page has a link to see whether the figures are ready.
const panel = document.querySelector('[data-counting]')
const text = panel?.querySelector('[data-counting-text]')
const link = panel?.querySelector('[data-counting-link]')
const EVERY = 3000
const MOST = 400 // twenty minutes: a page that is forgotten asks no more
let asked = 0

async function ask () {
  try {
    const answer = await fetch(panel.dataset.counting, { headers: { Accept: 'application/json' } })
    if (!answer.ok) return
    const { waiting } = await answer.json()
    if (!waiting) {
      text.textContent = 'The count has ended.'
      link.textContent = 'Show what it found'
      return
    }
  } catch {
    // the network may be away for a moment: asked again below
  }
  if (++asked < MOST) window.setTimeout(ask, EVERY)
}

if (panel && text && link) window.setTimeout(ask, EVERY)
