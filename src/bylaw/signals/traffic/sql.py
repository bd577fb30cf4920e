"""How SQL shows itself in a request: patterns over a decoded part, in small letters.

Written from the grammar of the common dialects. A pattern asks for two things that SQL needs and prose
lacks, for ``or``, ``select``, ``union`` and ``table`` are English words too: an operator between operands,
a call, a quote that is closed before an operator, a comment that cuts the rest off.
"""

_OPERAND = r"(?:[-+!~@(\s]*(?:[\w.]+|'[^']*'?|\"[^\"]*\"?|\x60[^\x60]*\x60?)(?:\s*\([^()]*\))?[\s)]*)"
_COMPARE = r"(?:<=>|<>|!=|[<>]=?|==?|:=)"
_BITS = r"(?:\|\||&&|<<|>>|[-+*/%^|&]|<=>|<>|!=|[<>]=?|={1,2})"
_WORDS = r"(?:not\s+)?(?:or|and|xor|div|mod|r?like|regexp|glob|sounds\s+like|between|in|is(?:\s+not)?)"
_LOGIC = r"(?:(?:\b|\d)(?:or|and|xor|having|where)\b|\|\||&&)"
_VALUE = r"(?:[\d@'\"\x60~!+-]|0x|null\b|true\b|false\b|binary\b|\\n)"

_QUERIES = (
    r"union\s*(?:all|distinct(?:row)?)?[\s(\x60'\"#-]*select\b",
    r"-[\d.]+\w?[\s'\")]*\s?union\b[\s(#-]*$",
    r"[)/*]\s*\bunion\b[\s(#-]*$",
    r"\bunion\s+all\b[\s(#]*(?:\d|null|$)",
    r"\(+\s*select\b[\s(]*[\w@'\"*!~\x60-]",
    r"\bselect\b[\s(]*(?:@|\*|[\d.'\"]+\s*[,)(]|\d+\s*(?:from|where|union|limit|order|$)|null\s*,)",
    r"\bselect\b[\s(]*(?:all\s+|distinct\s+)?[\w.]+\s*(?:\(|,\s*[\w.@'(]+)[^\x1e]*(?:\bfrom\b|\)|,)",
    (
        r"\bselect\b[^\x1e;]{1,80}\bfrom[\s(\x60]+[\w.\x60]+[\s)]*(?:$|where\b|limit\b|group\s+by"
        r"|order\s+by|union|--|#|;)"
    ),
    r"\bfrom[\s(]+(?:information_schema|mysql\.|sys\.|dual\b|pg_|sysibm|master\.)",
    r"\bcase\s+when\b[^\x1e]*\bthen\b",
    r"\bselect\s+(?:case|if|sleep|pg_sleep|char|concat|count|version|user|database|load_file)\b\s*[\s(]",
)
_STATEMENTS = (
    r";\s*(?:insert\s+into|update\s+\S+\s+set|delete\s+(?:\w+\s+)?from|select\b|shutdown\b|waitfor\b)",
    (
        r";\s*(?:drop|truncate|alter|create)\s+(?:table|database|view|user|procedure|function|index|schema"
        r"|login)\b"
    ),
    r";\s*(?:begin\s+)?(?:declare\s+@?\w|set\s+(?:@|\w+\s*=))|;\s*(?:if|while)[\s(]+[\d(]",
    r";\s*exec(?:ute)?[\s(]+(?:@|\(|'|master|xp_|sp_)",
    r"\binsert\s+into\s+\S+\s*(?:\([^)]*\)\s*)?(?:values|select)\b|\bdelete\s+from\s+\w+\s*(?:where\b|;|--|$)",
    r"\b(?:drop|truncate)\s+(?:table|database)\s+\w+\s*(?:;|--|#)|\bupdate\s+\w+\s+set\s+\w+\s*=",
    r"\bload\s+data\s+(?:\w+\s+)?infile\b|\binto\s+(?:out|dump)file\b|\bprocedure\s+analyse\b",
    r"\bwaitfor\s+(?:delay|time)\b|\bexec(?:ute)?\s+(?:master|xp_|sp_)|\bdeclare\s+@|\bbulk\s+insert\b",
    r"\b(?:order|group)\s+by\s+[\d(]+\s*(?:,|--|#|/\*|\)|$)|\bhaving\s+(?:\d|\()|\bfor\s+update\b",
    r"\blimit\s+\d+\s*(?:,\s*\d+|offset\b)|\bhandler\s+\w+\s+open\b",
)
_NAMES = (
    (
        r"\b(?:information_schema|sysobjects|syscolumns|sysusers|systables|pg_catalog|sqlite_(?:master"
        r"|schema)|msysobjects)\b"
    ),
    (
        r"\b(?:xp_\w{4,}|sp_(?:executesql|password|oacreate|makewebtask)|openrowset|opendatasource"
        r"|utl_(?:http|inaddr|file)|dbms_\w+)\b"
    ),
    (
        r"\b(?:group_concat|concat_ws|extractvalue|updatexml|load_file|pg_sleep|benchmark|randomblob"
        r"|pg_read_file|lo_import|aes_(?:de|en)crypt|json_(?:keys|valid|extract)|xmltype|array_to_json"
        r"|array_agg|find_in_set|unhex|uncompress)\s*\("
    ),
    r"\bsleep\s*\(\s*[\d@(]|\bcha?r\s*\(\s*(?:\d|0x)",
    r"\b(?:ascii|ord|hex|length)\s*\(\s*(?:substr|mid|left|right|user|version|load|compress|\()",
    r"\b(?:substr(?:ing)?|mid|left|right)\s*\([\s(]*[\w@(][^\x1e,]*(?:\([^)]*\)[^\x1e,]*)?,\s*-?\d",
    r"\b(?:version|database|schema|current_user|user|sysdate|system_user|session_user|row_count)\s*\(\s*\)",
    (
        r"\b(?:concat|cast|convert|coalesce|ifnull|isnull|nullif|elt|soundex|rpad"
        r"|iif)\s*\(\s*[\w'@(][^\x1e]*(?:,|\bas\b|\busing\b)[^\x1e]*\)"
    ),
    r"@@\w|@\w*\s*:=|::\s*(?:int|integer|bigint|text|bool|boolean|jsonb?|numeric|varchar|double|float)\b",
    r"/\*!\d*\s*\w",
    r"\[\$(?:ne|eq|[gl]te?|in|nin|regex|exists|where|or|and|not)\]",
    r"\"\$(?:ne|[gl]te?|n?in|regex|exists|where|or|and)\"\s*:",
)
_OPERATORS = (
    rf"{_LOGIC}[\s(!~+-]*{_OPERAND}{_COMPARE}\s*(?:{_OPERAND}|$)",
    rf"{_LOGIC}[\s(]*{_OPERAND}\b(?:not\s+)?(?:r?like|regexp|glob|sounds\s+like|between|in)[\s(]*{_VALUE}",
    rf"{_LOGIC}[\s(!~+-]*{_OPERAND}\bis\s+(?:not\s+)?(?:null|true|false|unknown|\\n)\b",
    (
        r"\d[\s'\")]*\b(?:or|and|xor|&&|\|\|)[\s(]*(?:not\s*[(\d]|(?:true|false|null|[01])[\s)]*(?:$|--|#"
        r"|;|/\*|union|or\b|and\b|limit))"
    ),
    (
        r"'[\s)]*(?:or|and|xor|&&|\|\|)[\s(]*(?:true|false|null|not\s|[!~]|binary\b|exists\b"
        r"|[01][\s)]*(?:$|--|#|;|/\*))"
    ),
    r"\b(?:or|and|xor|&&|\|\|)\s*(?:not\s+)?exists\s*\(|\b(?:and|or)\s*\(\s*select\b",
    r"\d\s*&&\s*\w+\s*\(|\|\|\s*\(|'\s*\|\|\s*\w+",
    rf"(?:^|[=\x1e])[^'\x1e]*'\s*(?:{_BITS}|{_WORDS})[\s(]*[-+!~(\s]*'",
    rf"'[\s)]*{_BITS}[-+!~@(\s]*(?:\d|\w+\()[^'\x1e]*(?:=|<|>|--|#|\b(?:like|and|or|xor|is|in)\b|'|\))",
    rf"'[\s)]*(?:{_BITS}[-+!~@(\s]*)(?:[\w.]+)\s*(?:{_COMPARE}|\b(?:is|like|in|r?like|regexp)\b|[-+*/^|&]\s*')",
    rf"'\s*{_WORDS}\s*[-+!~(@\s]*(?:binary\b|null\b|[-+!~@]|\d+\s*(?:{_COMPARE}|#|--|\)|$))",
    r"'\s*(?:is\s*(?:not\s+)?(?:null|\\n)|not\s*null\b|isnull|collate\b|having\b|limit\s+\d|procedure\b)",
    r"\(\s*(?:[@\w']+|\(\s*@?\w+\s*\))\s+or\s+['@\d(]|\bor\s+[@'\d(][\w')@ ]*\)+\s*--",
    r"\bbinary[\s(]+(?:@|'|binary\b|\d|cos\b|select\b)",
    r"\b(?:cos|sin|pi)\s*\([^)]*\)[\s)]*(?:=|--|and\b|or\b|group\b)",
    r"\b(?:is\s+(?:not\s+)?unknown|sounds\s+like\s+(?:binary|')|rlike\s*[(\d'])",
    r"(?:=|\x1e|^)\s*[-(]*[\d.]+\s*(?:<=>|<>|!=|\|\||<<|>>|\^)\s*[-(]*\w",
)
_ENDINGS = (
    r"'[\s)]*;?\s*(?:--(?:\s|-|$)|/\*|#\s*(?:$|\w*\s*$))|'[\s)]*;\s*(?:--|#|\x00)",
    r"[\"\x60][\s)]*;?\s*(?:--\s*$|/\*|#\s*$)",
    (
        r"(?:=|\x1e|^)[\s(-]*[\d.]+[\s)]*(?:[-+*/]\s*[\d.]+\s*)?(?:\s--\s*$|\s?/\*\s*(?:$|\w)|;\s*(?:--|#)"
        r"|\)\s*(?:--|#))"
    ),
    r"\)\s*\)\s*(?:--|#|/\*)\s*$|@\w+\s*\)*\s+--\s*$",
)
PATTERNS = (*_QUERIES, *_STATEMENTS, *_NAMES, *_OPERATORS, *_ENDINGS)
