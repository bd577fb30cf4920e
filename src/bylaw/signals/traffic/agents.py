"""What a user agent says it is: a program or a browser, and which attack tool.

A user agent is what the sender claims. These signals find who says openly that no person is at work, and
who could not be bothered to hide; a bot that claims to be a browser looks like one here.
"""

from functools import lru_cache

import re2

from bylaw.signals.traffic.decoding import readable

MAX_AGENT = 512  # characters that are read; browsers stay under 300
_REMEMBERED = 2048  # agents whose answer is kept: most requests come from few of them

# Words by which programs tell what they do, wherever they stand.
_ROLES = (
    r"bots?(?:[^a-z]|$)|bot[-_/;:.]|[a-z]bot[a-z]{0,4}[/\s;)+_-]|robot|crawl|crwl|spider|spyder|slurp"
    r"|scrap[ei]|archiv|harvest|extract|fetch"
    r"|monitor|uptime|check|validat|verif|scan|probe|inspect|analy[sz]|audit|grader|survey|census|research"
    r"|index|search|sitemap|seo"
    r"|preview|thumb|screenshot|screen\s?shot|screenie|snap(?:shot|r)|capture|favicon|resolv|expand|unfurl"
    r"|collect|aggregat|retriev|grab|download"
    r"|parser|reader|feed|rss|podcast|syndicat|subscriber|headless|phantom|selenium|puppeteer|playwright"
    r"|webdriver|lighthouse|synthetic"
    r"|page\s?speed|wkhtmlto|httrack|curl|wget|libwww|http[-_.]?(?:client|request|lib|kit)|winhttp"
    r"|[a-z]http[,/]|okhttp|python|perl|ruby|\bphp|\bjava/"
    r"|\(java\)|go-|node|axios|urllib|agent[/;)]|[a-z-]agent(?:$|\s\d)|proxy|gateway|cache|transcod|translat"
    r"|daemon|service|client|batch|worker|webhook|\bapi\b|tester"
    r"|\btest|link|sitesuck|offline|copier|webcopy|email|keyword|site24|ghost inspector|newsai|external(?:hit"
    r"|ua)|marketing"
)
# Names of programs that say neither.
_NAMES = (
    r"ptst[/\s]|pingdom|gtmetrix|dareboost|googleother|google(?:-[a-z]|\sweb|\spp|sites|messages)"
    r"|playstore-google|yandex[./]|daum|msoffice"
    r"|microsoft\s(?:outlook|office|word|excel)|\b(?:word|excel|powerpoint|outlook)/|whatsapp"
    r"|facebook(?:external|platform)|prerender|zgrab|openvas"
    r"|neustar|datanyze|hubspot|criteo|hotjar|printfriendly|adbeat|mshots|teoma|zombie\.js|slimer|\bsplash\b"
    r"|censys|nutch|heritrix|bublup"
    r"|whoruns|foregenix|watchtowr|appinsights|statuscake|thousandeyes|outbrain|alertra|abuse\.|imgsizer"
    r"|prism/|webster|manus|sindup|kimono|postman"
)
_CONTACT = (
    r"https?:/|www\.|[a-z0-9]@|\bat\)|\[at\]|gmail|\+[a-z]"
    r"|[\s;(/][a-z-]+\.(?:com|org|net|io|ai|co|ru|de|fr)\b"
)
_PROGRAM = re2.compile(f"{_ROLES}|{_NAMES}|{_CONTACT}")

# Words in the names of browsers, phones and vendors that look like the above.
_INNOCENT = re2.compile(
    r"cubot|linkedinapp|naver\([^)]*\)|quicksearchbox|searchapp|yandexsearch|^e?links \(|searchtoolbar|gsa/"
    r"|mediacenter|media center|google(?:toolbar|earth)|windows\s?phone|hotbar|search\s?bar|\bbuild/\S*"
    r"|(?:ms|microsoft)-?rtc|tencenttraveler|linksys|iemobile/\S*|bing(?:sapphire|web)|samsung\S*"
    r"|ucbrowser/\S*|chromeframe\S*|contentfilter"
)
_ENGINE = re2.compile(
    r"^opera[/\s]|^dalvik/|^(?:e?links|lynx|w3m|amaya|dillo|netsurf|uzbl|midori|konqueror|icab|omniweb|nokia"
    r"|blackberry|sonyericsson|samsung|lg-?|mot-|sie-|htc|zte|docomo|j-phone|kddi|vodafone)"
    r"|gecko|applewebkit|khtml|\bmsie\b|trident|presto|opera|netscape|netfront|firefox|midp|\bup\.(?:browser"
    r"|link)|ucweb|obigo|maui"
    r"|cfnetwork/\S+ darwin|\((?:iphone|ipad|ipod|ios|android)|\sandroid \(|;\s*(?:ios|android) \d"
    r"|/\d[\d.]*\s(?:ios|android)/"
    r"|^mozilla/\d\.\d\d? (?:\[\w\w\] )?\((?:win|mac|x11|os/2|windows)|^mobilesafari|^safari|playstation"
    r"|nintendo|windows mobile"
)

_TOOLS = (
    "acunetix", "arachni", "burp", "commix", "dirb", "dirbuster", "dirsearch", "feroxbuster", "ffuf", "fimap",
    "fuzz faster u fool", "gobuster", "grendel-scan", "havij", "hydra", "jaeles", "jbrofuzz", "joomscan",
    "l9explore", "l9tcpid", "libredtail", "masscan", "metasploit", "morfeus", "nessus", "netsparker", "nikto",
    "nmap", "nuclei", "openvas", "owasp zap", "paros", "pangolin", "qualys", "rustscan", "skipfish", "sqlmap",
    "sqlninja", "sqlsus", "tplmap", "vega/", "w3af", "wapiti", "webinspect", "webshag", "wfuzz", "whatweb",
    "wpscan", "xsser", "xsstrike", "zaproxy", "zgrab", "zmeu",
)  # fmt: skip
_TOOL = re2.compile("|".join(rf"(?:^|[^a-z]){re2.escape(tool)}" for tool in _TOOLS))
_SAME = {"fuzz faster u fool": "ffuf", "owasp zap": "zap", "zaproxy": "zap", "vega/": "vega"}


def is_crawler(agent: str) -> bool:
    """Tell whether a user agent is empty or says that no browser in a person's hands sent the request."""
    return _is_program(agent[:MAX_AGENT])


def tool_of(agent: str) -> str:
    """Return the name of the scanning or attack tool that a user agent gives, or nothing."""
    return _tool_of(agent[:MAX_AGENT])


@lru_cache(maxsize=_REMEMBERED)
def _is_program(agent: str) -> bool:
    agent = readable(agent.strip().strip("'\"").removeprefix("User-Agent: ").lower())
    if agent in {"", "-"} or not _ENGINE.search(agent):
        return True
    return _PROGRAM.search(_INNOCENT.sub(" ", agent)) is not None


@lru_cache(maxsize=_REMEMBERED)
def _tool_of(agent: str) -> str:
    found = _TOOL.search(readable(agent.lower()))
    if not found:
        return ""
    name = next(tool for tool in _TOOLS if found.group().endswith(tool))
    return _SAME.get(name, name)
