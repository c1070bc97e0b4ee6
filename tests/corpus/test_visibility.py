import pytest

from corpus.visibility import VISIBLE, Visibility


def inside(style, around=VISIBLE):
    return around.inside("span", {"style": style})


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        " DISPLAY : None !important ;",
        "display:block;display:none",
        "display:none!important;display:block",
        "color:red;/* ; */visibility:hidden",
        "visibility:collapse",
        "content-visibility:hidden",
        "opacity:0",
        "opacity: 0.0",
        "opacity:0%",
        "font-size:0",
        "font-size:0.0em",
        "font-size:0vw",
        "font-size:.01px",
        "font-size:1px",
        "font:0/0 a",
        "font:bold 0 serif",
        "width:0;height:0;overflow:hidden",
        "max-height:0px;overflow-y:hidden",
        "position:absolute;width:1px;height:1px;margin:-1px;overflow:clip",
        "position:absolute;clip:rect(0,0,0,0)",
        "position:fixed;clip:rect(1px 1px 1px 1px)",
        "clip-path:inset(50%)",
        "transform:scale(0)",
        "transform: translate(2px) scaleX(0.0)",
        "position:absolute;left:-9999px",
        "position:fixed;top:-100em",
        "text-indent:-9999px",
        "margin-left:-10000px",
    ],
)
def test_what_a_style_hides(style):
    assert not inside(style).shown


@pytest.mark.parametrize(
    "style",
    [
        "",
        "nonsense",
        "display:block",
        "display:none;display:block",
        "display:none;display:block!important",
        "/* display:none */",
        "/* display:none",
        "visibility:visible",
        "opacity:0.05",
        "opacity:1.0",
        "opacity:0;transform:translateY(20px)",  # fades in
        "opacity:0;transition:opacity 1s",
        "font-size:0.8em",
        "font-size:2px",
        "font-size:10%",
        "font:700 12px serif",
        "overflow:hidden",
        "overflow:hidden;width:100%;height:2em",
        "height:0;overflow:hidden;padding-bottom:56%",  # the frame of a film
        "width:0",
        "left:-9999px",  # not placed
        "position:absolute;left:-10px",
        "position:absolute;left:-100%",  # a slide of a show
        "position:absolute;clip:rect(0,10px,10px,0)",
        "clip-path:inset(5%)",
        "transform:scale(0.5)",
        "text-indent:-2em",
        "color:#fff;background:#fff",  # not known without drawing
        "background:url(data:image/png;base64,AAAA)",
    ],
)
def test_what_no_style_hides(style):
    assert inside(style).shown


@pytest.mark.parametrize(
    ("tag", "attributes", "shown"),
    [
        ("p", {"hidden": ""}, False),
        ("p", {"hidden": None}, False),
        ("p", {"hidden": "false"}, False),  # HTML: any value hides
        ("p", {"hidden": "until-found"}, True),
        ("p", {"aria-hidden": "true"}, True),
        ("p", {"class": "hidden", "id": "hidden"}, True),
        ("template", {}, False),
        ("noscript", {}, False),
        ("details", {}, True),
        ("body", {"style": "display:none"}, True),
        ("html", {"hidden": ""}, True),
    ],
)
def test_attributes_and_tags(tag, attributes, shown):
    assert VISIBLE.inside(tag, attributes).shown is shown


def test_what_a_control_opens_is_shown_and_nothing_else():
    revealed = frozenset({"answer-1"})
    assert VISIBLE.inside("div", {"id": "answer-1", "hidden": ""}, revealed).shown
    assert not VISIBLE.inside("div", {"id": "answer-2", "hidden": ""}, revealed).shown
    assert not VISIBLE.inside("div", {"hidden": ""}, revealed).shown
    assert not Visibility(gone=True).inside("div", {"id": "answer-1"}, revealed).shown


def test_letters_and_visibility_can_be_set_anew_inside_and_display_cannot():
    assert inside("font-size:12px", inside("font-size:0")).shown
    assert inside("font-size:medium", inside("font-size:0")).shown
    assert inside("font:700 1rem serif", inside("font-size:0")).shown
    assert inside("visibility:visible", inside("visibility:hidden")).shown
    assert not inside("font-size:2em", inside("font-size:0")).shown
    assert not inside("font-size:100%", inside("font-size:0")).shown
    assert not inside("color:red", inside("font-size:0")).shown
    assert not inside("visibility:inherit", inside("visibility:hidden")).shown
    assert not inside("display:block;opacity:1", inside("display:none")).shown
    assert not inside("opacity:1", inside("opacity:0")).shown
