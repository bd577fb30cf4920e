"""How attacks on the server itself show themselves in a request: patterns over a decoded part, in small letters.

One tuple of patterns for each family: reading other files, fetching from elsewhere, running commands, PHP,
Java, templates and server-side script, and breaking the protocol.
"""

_VALUE = r"[=\x1e\"']\s*"
_COMMANDS = (  # no words of any prose
    "ls|id|pwd|whoami|uname|ifconfig|ipconfig|nslookup|dig|wget|curl|nc|ncat|netcat|telnet|ssh|scp|ftp|tftp"
    "|bash|sh|zsh"
    "|ksh|csh|perl|python[23]?|gcc|awk|sed|grep|xxd|base64|chmod|chown|rm|mv|cp|mkdir|printenv|printf|dir|cmd"
    "|powershell"
    "|systeminfo|tasklist|hostname|crontab|sudo|useradd|passwd|sendmail|gzip|mysql|psql|systemctl|tac|netstat"
)
_ENGLISH_COMMANDS = (
    "cat|ping|dash|ash|ruby|php|node|lua|find|head|tail|more|less|od|touch|kill|ps|env|export|echo|sleep|type"
    "|net|su|mail"
    "|tar|zip|mount|service|reboot|shutdown|time|which|set"
)
_ENDED = r"\s*(?:$|[;|&<>\x60)\n\x1e])"
_CALLED = (
    rf"(?:(?:{_COMMANDS})(?:\s+[-/\w$%.\"'*~]|{_ENDED})"
    rf"|(?:{_ENGLISH_COMMANDS})\s+(?:[-/$~.*\"'\\]|\d+{_ENDED}))"
)

TRAVERSAL = (
    r"(?:\.\.+[/\\]+){2}|(?:^|[=/\\\"'\x1e:])\.\.+[/\\;]|\.\.\\|%%32%65|\.\./\.",
    (
        r"/etc/(?:passwd|shadow|group|hosts|issue|master\.passwd|sudoers|crontab|ssh/|apache2?/|httpd/"
        r"|nginx/|mysql/|subuid|subgid|my\.cnf|redhat-release)"
    ),
    r"/proc/(?:self|version|cmdline|cpuinfo|mounts|net/|sys/|\d+/)|/var/(?:log|www|lib|spool|mail)/|/root/\.",
    r"/usr/local/(?:etc|apps|apache)|[=/]sys/class",
    r"\b(?:boot|win|php|system)\.ini\b|windows[/\\]+(?:system32|win\.ini|repair)",
    r"[=\x1e\"'][a-z]:[/\\]+(?:windows|winnt|boot|inetpub)",
    (
        r"\.(?:ssh/(?:id_|authorized|known)|aws/credentials|docker/config|kube/config|bash_history"
        r"|htpasswd|git/config)"
    ),
    r"=\s*(?:url:)?(?:file|local_file):/|\b(?:web|meta)-inf[/\\]|0x2e0x2e|0x5c0x2e",
)
REMOTE = (
    rf"{_VALUE}(?:url:)?(?:https?|ftps?)://[^\x1e\s]*\?+\s*(?:$|\x1e)|{_VALUE}(?:https?|ftps?|file)\?",
    rf"{_VALUE}(?:url:)?(?:https?|ftps?)://(?:\d{{1,3}}\.){{3}}\d",
    rf"{_VALUE}\w+://(?:0x[0-9a-f]{{6}}|0\d{{2,}}|\d{{8,}}|\[[0-9a-f:.%\w]*\])",
    r"\b(?:gopher|dict|ldaps?|netdoc|tftp|sftp|rtmp|ssh2?|imaps?|smtps?|telnet)://|\bjar:(?:file|https?):",
    r"\burl:(?:file|https?|ftp):",
    r"\b169\.254\.\d|\bmetadata\.(?:google|packet|azure)|/latest/meta-data|100\.100\.100\.200",
    r"host\.(?:docker|containers)\.internal|gateway\.docker",
    rf"{_VALUE}(?:https?|ftps?)://[^\x1e]*\.(?:txt|php\d?|inc|asp|jsp)\?",
    rf"{_VALUE}(?:https?|ftps?)://[^/\x1e]*(?:@|%2f)[^\x1e]",
    rf"{_VALUE}ftps?://",
)
COMMAND = (
    rf"(?:[;|&\x60\n]|\$\(|[<>]\()\s*(?:[\w/.]*/)?{_CALLED}",
    rf"\x60\s*(?:{_COMMANDS})\b[^\x60]*\x60|(?:&&|\|\|?)\s*(?:{_ENGLISH_COMMANDS}){_ENDED}",
    r"\(\s*\)\s*\{[^}]*[;:]|\$\{?ifs\b|/dev/(?:tcp|udp)/|\$\(\(?\s*\w|\$\{[a-z]+:\d",
    r"\$\{?(?:path|home|shell|pwd|user|hostname)\b[:}]?",
    r"(?:^|[=/\s;|&\"'(\x1e])/?(?:usr/)?(?:local/)?s?bin/(?:ba|da|c|k|z|t?c)?sh\b",
    r"/bin/(?:cat|ls|id|uname|nc|ping|ps|sed|wget|curl|echo|rm)\b",
    r"\b(?:wget|curl|fetch)\s+(?:-[\w-]+\s+)*(?:https?:|ftp:|\d+\.)",
    r"\b(?:bash|sh|zsh|ksh|python[23]?|perl|ruby|php)\s+-[cierc]+\s",
    r"\bcmd(?:\.exe)?\s*/[ckr]\b|\bcmd\.exe\b|\bpowershell(?:\.exe)?\s+[-/\w]",
    r"\b(?:nc|ncat|netcat)\s+(?:-\w+\s+)*-?[el]|\bnc\s+\S+\s+\d{2,5}\b",
    (
        r"\b(?:invoke-(?:expression|webrequest|command)|certutil|bitsadmin|mshta|regsvr32|rundll32|wscript"
        r"|wmic|psexec)\b"
    ),
    r"\b(?:cat|tail|head|more|less|grep|type)\s+(?:-\w+\s+)*[\"']?(?:/|\.\./|c:)|\brm\s+-[rf]+\s",
    r"\bchmod\s+[+0-7a-z]+\s+[/\w]",
    r"\w'{2}\w+\s+/|\w\\\w\\\w+\s|/\?{2,}|/[\w?*]*\?[\w?*]*/[\w?*]*\?|;\s*\{|\$@\w|\$\{?\w+\[@\]",
    r"\|\s*(?:ba)?sh\b",
    r"%(?:systemroot|comspec|windir|systemdrive|appdata)%|for\s+(?:/[dflr]\s+)?%+\w?\S*\s+in\s*\(",
    r"\bif\s+(?:/i\s+)?(?:not\s+)?(?:exist|defined|errorlevel)\s",
)
PHP = (
    r"<\?(?:php|=|\s*\$|\s*\w+\s*\()|<\?xml\s*:|\[/?php\]|\{/?php\}",
    r"\bphp://(?:input|filter|memory|temp|stdin|fd)",
    r"\b(?:phar|expect|glob|zlib|bzip2|zip|ogg|rar|compress\.\w+|data|php)://",
    (
        r"\b(?:phpinfo|passthru|shell_exec|proc_open|popen|pcntl_exec|call_user_func(?:_array)?"
        r"|create_function|file_(?:get|put)_contents|move_uploaded_file|fsockopen|base64_decode|str_rot13"
        r"|gzinflate|gzuncompress|preg_replace|array_map|array_filter|usort|readfile|show_source"
        r"|highlight_file|ini_set|ini_get|extract|parse_str|unserialize|is_callable|getenv|putenv"
        r"|phpversion|curl_exec|set_error_handler|register_shutdown_function|ob_start|fwrite|fread|fopen"
        r"|opendir|scandir|mysql_query|ldap_\w+|get_defined_\w+|chmod|var_dump|print_r|bzopen|gzopen"
        r"|gzread|session_start|error_log|func_get_args?|apache_\w+|posix_\w+)\s*\("
    ),
    (
        r"(?:^|[=\x1e\s;({@\"'$\[,])(?:system|exec|assert|eval|include"
        r"|require)(?:_once)?[\"')\]]*\s*\(\s*[\"'$\w(\[]"
    ),
    r"\$_(?:get|post|request|server|cookie|files|env|session)\b|\$(?:globals|http_\w+|argv)\b",
    r"\b_(?:get|post|request|server|cookie)\[",
    r"(?:^|[^a-z])[oc]:\+?\d+:\"[^\"]*\":\d+:\{|\ba:\d+:\{[is]:\d",
    (
        r"\b(?:auto_prepend_file|auto_append_file|allow_url_include|disable_functions|safe_mode|suhosin\."
        r"|php_value|open_basedir)\b"
    ),
    r"invokefunction|\\think\\",
    r"\.ph(?:p\d?|tml|ar|ps|t)\.{1,}\s*(?:$|\x1e)|\$\w+\s*\(\s*\$",
    r"\$\{?[\"']?\w+[\"']?\}?\s*=\s*[\"'][^\"']*[\"']\s*;|\$\$\w|\$\{[\"'$]",
)
JAVA = (
    r"\bjndi\s*:|\$\{[^}]{0,40}\$?\{?(?:jndi|lower|upper|env|sys|date|main|base64|ctx)\b|\$\{[^}]*:-|\$\{::-",
    (
        r"\bjava\.lang\.(?:runtime|process\w*|class\w*|reflect|system|thread|shutdown|math|object|string"
        r"|compiler|number|character|integer|double|boolean|short)\b"
    ),
    (
        r"\bjava\.(?:net\.(?:url|socket|inetaddress)|io\.\w+(?:stream|reader|writer|file)|io\.file"
        r"|util\.(?:scanner|zip|jar)|beans|rmi|security)\b"
    ),
    r"\bjavax\.(?:script|naming|el|management|faces|imageio)\b",
    r"\bcom\.(?:sun\.(?:org|rowset|jndi|jmx|beans)|opensymphony|caucho|ibm\.ws|bea\.core)\b",
    (
        r"\borg\.(?:apache\.(?:commons|xalan|struts|ibatis|tomcat|catalina)|omg\.corba|springframework"
        r"|jboss|hibernate|codehaus)\b"
    ),
    r"\bfreemarker\.template",
    r"\bprocess\s*builder\b|\bgetruntime\b",
    (
        r"\b(?:clone|invoker|instantiate|chained|constant|forclosure|whileclosure"
        r"|prototype\w*)(?:transformer|factory)\b"
    ),
    r"\bwhileclosure\b|\bforclosure\b|\bscriptenginemanager\b",
    r"\bclass\.module\b|\bclassloader\b|\bclass\[['\"]|[#@]_?memberaccess\b",
    r"#(?:context|_?memberaccess|parameters|application|session)\b\s*[\[.=]|@ognl|%\{\s*[#(]|@java\.",
    r"(?:^|[=\x1e\s\"':;])ro0ab[a-z0-9+/]|aced0005|\xac\xed\x00\x05|\bt\(\s*java|\.getclass\(\)|\.forname\(",
    r"\.jspx?\.{1,}\s*(?:$|\x1e)",
)
TEMPLATE = (
    (
        r"\{\{[^}]*(?:\d\s*[*+/-]\s*\d|'\s*[*]|__|config\b|self\b|request\b|constructor|lipsum|cycler"
        r"|\.class\b|getclass|_self|range\(|\||\[\])"
    ),
    r"\{%-?\s*(?:if|for|set|import|include|debug|print|extends|block|with|macro|raw|load)\b",
    r"[#$*@~]\{\s*['\"\d(]?[\d']*\s*[*+-]\s*['\"\d]|\{\{=|\{#\w|\{\{\s*'",
    (
        r"__(?:class|mro|subclasses|globals|builtins|import|init|base|bases|getattribute|proto"
        r"|definegetter|definesetter|js_function)(?:__|\b)"
    ),
    r"\bconstructor\s*[.\[][\s\"']*prototype|\bprototype\s*[.\[][\s\"'\w]*=|_\$\$nd_func|\bchild_process\b",
    r"\brequire\s*\(\s*[\"'\x60]|\brequire\.main\b|\bprocess\.(?:env|mainmodule|binding|exit|version|argv)\b",
    r"\b(?:exec|spawn|readfile|readdir|writefile)sync\b",
    r"<%[=#@!\s]|@\{\s*\[|\[#\w+\s|<#(?:assign|list|if)\b|#set\s*\(|#\{\s*(?:\w+\.|\d|`|system|require)",
    r"\$\{\s*(?:t\(|\w+\.\w+\(|@|#|[\"']\.|\d+\s*[*+-])",
    r"\bwhile\s*\(\s*(?:true|1|!+|\"|')",
)
PROTOCOL = (
    (
        r"[\r\n]\s*(?:set-cookie|location|content-(?:type|length|disposition|encoding)|host|connection"
        r"|refresh|link|x-[a-z-]+|remote-addr|access-control-[a-z-]+|transfer-encoding|status|cookie"
        r"|server|expires|etag)[\s]*:"
    ),
    r"[\r\n]\s*(?:(?:get|post|head|put|delete|options|connect|trace|patch|propfind)\s+\S+\s+)?http/\d",
    r"[\r\n]{2}\s*(?:<|http/|get\s|post\s)|\r\n\s*\r\n|=[^\x1e]*\r\n?[\w-]+=",
    r"\x00|php_value\s*[\r\n]|^(?:\\x16\\x03|\x16\x03)|\\x16\\x03",
)
