"""Whether something that shows on the goods is a fault: `放久了发黄 坏了？`, `灯自己灭了 是不是坏了`.

It is the page that tells whether that is as it should be; the rules on repairs answer who knows that it is broken.
"""

from __future__ import annotations

from assist.expressions import expression

_FAULT = r"(?:坏(?:了|掉了?)?|变质了?|质量(?:有)?问题|有(?:什么)?问题|有毛病|次品|残次品?)"
_DOUBT = r"(?:是不是|不会是?|该不会是?|怕是|别是|难道是?|莫非是?|算不算|算|属于|是)"
_WONDERS = expression(
    rf"^(?P<shown>.{{3,}}?)[\s，,。]*(?:(?:这|它|那)?(?:个)?{_DOUBT}{_FAULT}(?:了|的)?(?:吧|吗|么|嘛|啊|没|呢)?"
    rf"|{_FAULT}(?:了|的)?(?:吧|吗|么|嘛|没(?:有)?)?[?？]+|{_FAULT}(?:了|的)?(?:吧|吗|么|嘛))[?？!！。~\s]*$"
)
_WISHED = expression("[退换修赔]|保(?:修|多久|几|不保)|怎么|多少|哪|收到|不[能转亮响动通]|没反应|打不开|充不")
"""Who wishes for repair, or tells of what does not work at all, asks for the rules."""


def wonders(clean: str, typed: str) -> str:
    """Put a doubt whether something is a fault as a question whether it is as it should be; else return `clean`.

    Args:
        clean: The plain wording of a part.
        typed: As typed; its question mark tells a doubt from a complaint (`发黄 坏了？`).
    """
    asked = clean + ("?" if typed.rstrip(" ~。！!").endswith(("?", "？")) else "")
    found = _WONDERS.match(asked)
    if found is None or _WISHED.search(clean):
        return clean
    return f"{found['shown'].strip()}正常吗"
