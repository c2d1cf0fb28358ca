"""The blueprint of the episodes' pages, apart from its views, so that each module can hang its routes on it."""

from flask import Blueprint

from tracker.web.episodes.figure_words import figure_words
from tracker.web.episodes.wording import field_words, force_words, value_words

bp = Blueprint("episodes", __name__)
for words_of in (field_words, value_words, figure_words, force_words):
    bp.add_app_template_filter(words_of)
