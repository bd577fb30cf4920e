"""How script and active markup show themselves in a request: patterns over a decoded part, in small letters.

Written from the grammar of HTML and JavaScript. Harmless markup (links, pictures, tables, line breaks) is
no attack by itself: people paste it into search fields.
"""


def _spaced(word: str) -> str:
    """Return a pattern for a word that browsers read past white space and control characters."""
    return r"[\s\x00-\x1d]*".join(word)


_GAP = r"[\s/\x00-\x1d\"'\x60]"
_ACTIVE = (
    "script|iframe|frame|frameset|object|embed|applet|svg|math|meta|base|basefont|style|link|xml|layer|ilayer"
    "|bgsound"
    "|isindex|marquee|video|audio|source|animate|set|import|import|template|portal|foreignobject|xss"
    "|plaintext|textarea"
    "|noscript|keygen|handler|listener|vmlframe|stylesheet|eval|comment|html|body|head|title|form|input"
    "|button|details"
)
_TAGS = (
    rf"<\s*/?(?:[\w-]+:)?(?:{_ACTIVE})(?:[\s/>:<=#\"'\x60\x00-\x1d]|\\|$)",
    r"<\s*/?(?:f\s+o\s+r\s+m|s\s*c\s*r\s*i\s*p\s*t)\b|<script",
    r"<!(?:doctype|entity|attlist|\[cdata\[)|<!--#(?:exec|include|set|echo)|<!--\[if",
    r"<\?(?:import|xml-stylesheet)|-->\s*<",
    r"<[!?%/]\s*\W?\w*=?[^>]{0,40}><\w+\s+foo=",
    (
        r"<[^>]*\b(?:srcdoc|formaction|datasrc|dynsrc|lowsrc|xlink:href|xmlns:\w+|datafld|ev:event|classid"
        r"|fscommand|seeksegmenttime)\s*="
    ),
)
_EVENTS = (
    rf"<[^>]*{_GAP}on[a-z]{{3,25}}[\s\x00-\x1d]*=",
    r"[\"'\x60>;]\s*/?\s*on[a-z]{3,25}[\s\x00-\x1d]*=",
    (
        r"\bon(?:load|error|click|focus|blur|mouse\w+|key\w+|submit|change|input|toggle|begin|start"
        r"|readystatechange|pointer\w+|animation\w+|transition\w+|scroll|resize|drag\w*|wheel"
        r"|propertychange|filterchange)\s*=\s*[\w\"'\x60(\[\\]+\s*[(.\[=:\x60]"
    ),
)
_SCHEMES = (
    rf"(?:{_spaced('javascript')}|{_spaced('vbscript')}|{_spaced('livescript')})[\s\x00-\x1d]*:",
    (
        r"\bdata\s*:\s*(?:text/(?:html|javascript|plain|xml)|image/svg|application/(?:x-|xml|javascript)"
        r"|[^,\x1e]*;\s*base64|,)"
    ),
    rf"<[^>]*(?:src|href|data|action|content|url)\s*=[^>]*{_spaced('data')}\s*:",
)
_STYLES = (
    rf"(?:{_spaced('expression')}|expr/\*[^*]*\*/ession)\s*\(|-moz-binding|\bbehaviou?r\s*:\s*url|@import",
    r"-o-link",
    r"style\s*=[^>]*(?:url\s*\(|/\*|\\[0-9a-f]{2}|filter\s*:|position\s*:)",
    r"\burl\s*\(\s*[\"']?(?:javascript|vbscript)",
    r"(?:\\0{0,4}[0-9a-f]{2}){4}",
)
_CODE = (
    (
        r"(?:^|[^\w$.])(?:alert|prompt|confirm|eval|settimeout|setinterval|execscript|msgbox|atob|fetch"
        r"|importscripts)\s*[(\x60]"
    ),
    (
        r"\b(?:fromcharcode|constructor\s*\.\s*constructor|xmlhttprequest|document\.(?:cookie|write\w*"
        r"|location|domain|body|forms)|innerhtml|outerhtml|window\s*\.\s*(?:location|name|open)"
        r"|location\.(?:href|hash|replace|assign)|localstorage)\b"
    ),
    r"\b(?:window|document|self|top|this|parent|frames|globalthis)\)?\s*\[\s*[\"'\x60/(]",
    r"\bnew\s+(?:function|image|xmlhttprequest)\b|\bfunction\s*\(\s*\)\s*\{|=>\s*\{|\(\s*\)\s*\}\s*\)\s*\(",
    r"(?:\+?!+\[\]|\[\]\[|\+\[\]\)|\(!\[\]\+)[\[\]()!+]{2}|\b(?:reflect|array|\[\])\.\w+\.(?:call|apply)\b",
    r"\b(?:valueof|tostring|hasownproperty)\s*=|\ballowscriptaccess\b|\blocation\s*=\s*[\w\"'\x60]+\s*[:.(+]",
)
_PLUS_SEVEN = (r"\+adw-|\+ad4-|\badw-\w+\s*ad4-",)
PATTERNS = (*_TAGS, *_EVENTS, *_SCHEMES, *_STYLES, *_CODE, *_PLUS_SEVEN)
