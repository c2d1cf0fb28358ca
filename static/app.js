// What GOV.UK Frontend adds where scripts run: focus on the error summary, no double sending. Nothing depends on it.
import { createAll, Button, ErrorSummary } from './govuk-frontend/govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
createAll(Button)
createAll(ErrorSummary)
