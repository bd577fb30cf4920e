"""Paths that nobody asks for who does not look for a way in: secrets, consoles, backups, left-over tools.

Whether the service has such a path, and what it answered, is for the rule to ask (``event.status``).
"""

from bylaw.signals.scanning import spotter
from bylaw.signals.traffic.decoding import decoded

_SECRETS = (
    (
        r"/\.(?:env|git|svn|hg|bzr|aws|ssh|docker|kube|npmrc|pypirc|netrc|htaccess|htpasswd|ds_store|idea"
        r"|vscode|bash_history|mysql_history|terraform|circleci)(?:[./~_-]|$)"
    ),
    (
        r"/(?:id_rsa|id_dsa|id_ed25519|authorized_keys|credentials(?:\.json)?|secrets?\.(?:ya?ml|json|env)"
        r"|sftp-config\.json|wp-config\.php.|local_settings\.py|application\.(?:yml|properties)"
        r"|web\.config|docker-compose\.ya?ml)"
    ),
    r"/etc/(?:passwd|shadow|hosts|group)|/proc/self/|/(?:web|meta)-inf/|\bwin\.ini$|/boot\.ini$",
    (
        r"/(?:config|configuration|settings|database|db|connect|wp-config)(?:\.\w+)?\.(?:bak|old|orig|save"
        r"|swp|txt|inc|~)$"
    ),
    r"\.(?:php|asp|aspx|jsp|py)(?:\.(?:bak|old|orig|save|swp|txt)|~)$",
)
_BACKUPS = (
    (
        r"/[^/]*(?:backup|dump|database|db_?dump|wwwroot|public_html|htdocs|website|mysql)[^/]*\.(?:zip"
        r"|tar|tgz|tar\.gz|gz|rar|7z|sql|bz2|bak)$"
    ),
    r"/(?:www|site|web|old|bak|db|sql|data|1|html|root)\.(?:zip|tar|tgz|tar\.gz|gz|rar|7z|sql|bz2|bak)$",
    r"\.(?:sql|mdb|sqlite3?)(?:\.(?:gz|zip|bz2))?$",
)
_CONSOLES = (
    r"/(?:wp-login|xmlrpc|wp-cron|wp-trackback)\.php",
    r"/wp-(?:admin|includes|content)/[^?]*\.(?:php|sql|zip|log)$",
    r"/wp-admin/?(?:$|(?:install|setup-config)\.php)|/wp-json/wp/v\d/users|/wlwmanifest\.xml",
    (
        r"/(?:phpmyadmin|pma|myadmin|mysqladmin|mysql-admin|phppgadmin|dbadmin|adminer|sqlweb|websql"
        r"|webdb)(?:[-_./\d]|$)"
    ),
    (
        r"/(?:server-status|server-info|nginx_status|actuator|jolokia|jmx-console|web-console|invoker"
        r"|manager/html|host-manager|hudson|console/login|druid|solr/admin|nifi|jenkins/script"
        r"|\$metadata)(?:[/?.]|$)"
    ),
    (
        r"/(?:administrator/index\.php|admin/config\.php|user/register\?element|owa/auth|ecp/"
        r"|autodiscover/autodiscover|exchange/|remote/fgt_lang|dana-na|global-protect|sslvpn|\+cscoe\+"
        r"|boaform|hnap1|gponform|goform|cgi-bin/)"
    ),
    (
        r"/(?:phpinfo|info|test|shell|cmd|c99|r57|wso|alfa|b374k|webshell|eval-stdin|up|upload"
        r"|filemanager)\.php\d?$"
    ),
    r"/vendor/phpunit|/_ignition/|/telescope/requests|/_profiler|/debug/(?:default|pprof|vars)|/solr/|/_cat/",
    r"/_all_dbs|/v2/_catalog|/swagger-ui\.html|/graphiql",
)
_SENSITIVE = spotter("|".join((*_SECRETS, *_BACKUPS, *_CONSOLES)))


def is_sensitive(path: str) -> bool:
    """Tell whether a path, every escape in it undone, is one that is only asked for by who looks for a way in."""
    return bool(path) and _SENSITIVE(decoded(path).replace("\\", "/"))
