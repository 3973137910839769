"""An article of the store as a mail shows it."""

from newsletter.articles.image_models import Image
from newsletter.articles.models import Article
from newsletter.mailings.contents import ArticleItem, Picture, ThemeMark


def item_of(article: Article) -> ArticleItem:
    """The article as a mail shows it, frozen."""
    themes = article.shown_themes
    return ArticleItem(
        id=article.id,
        slug=article.slug,
        kind=article.kind.value,
        title=article.title,
        authors=tuple(article.authors),
        summary=article.summary,
        page=article.page,
        theme_names_nl=tuple(theme.name_nl for theme in themes),
        theme_names_en=tuple(theme.name_en for theme in themes),
        subject=article.subject,
        language=article.language,
        picture=picture_of(article.image, article.image_alt),
        themes=tuple(ThemeMark(theme.id, theme.slug, theme.sign, theme.name_nl, theme.name_en)
                     for theme in themes),
    )


def picture_of(image: Image | None, alt: str) -> Picture | None:
    """The file of an image that every mail shows.

    One file for every screen: it is twice as wide as its place, so sharp where a screen shows two
    pixels for one, and no mail program needs to know `srcset`, which Gmail takes away.
    """
    if image is None:
        return None
    file = image.for_mail
    return Picture(file.name, file.width, file.height, alt)
