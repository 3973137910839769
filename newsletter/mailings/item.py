"""An article of the store as a mail shows it."""

from newsletter.articles.models import Article
from newsletter.mailings.contents import ArticleItem


def item_of(article: Article) -> ArticleItem:
    """The article as a mail shows it, frozen."""
    return ArticleItem(
        id=article.id,
        slug=article.slug,
        kind=article.kind.value,
        title=article.title,
        authors=tuple(article.authors),
        summary=article.summary,
        page=article.page,
        theme_names_nl=tuple(theme.name_nl for theme in article.shown_themes),
        theme_names_en=tuple(theme.name_en for theme in article.shown_themes),
        subject=article.subject,
        language=article.language,
    )
