"""Which packages belong together, and which are held out. The split is by project, so that no project stands on both sides."""
import hashlib
import re

PREFIX = re.compile(
    r'^(?:@[^/]+/|python3?-|librust-|golang-(?:github|gopkg|golang|google|gitlab|go|code|k8s|sigs|modernc|uber|etcd|gotest|blitiri|vbom|bitbucket|pault)[.-]'
    r'|golang-|ruby-|php-|node-|lib(?=[a-z]{3}))')
SUFFIX = re.compile(r'(?:\.orig)?(?:-(?:dev|java|src|python|cil))*$')
HELD_OUT_PERCENT = 6
# PHP has few families with permissive licences: at 6 % fewer than a thousand of its pairs would be held out.
HELD_OUT_PERCENT_PHP = 17


def family(package):
    """`python3-oslo.config`, `python-oslo.log` and `oslo.utils` are one family, as are `librust-aes-0.7-dev` and `librust-aes-dev`."""
    name = SUFFIX.sub('', package.lower())
    if name.startswith('@'):
        return name.split('/')[0][1:]
    name = PREFIX.sub('', name)
    name = re.sub(r'[-.]?v?\d[\d.]*$', '', name)
    return re.split(r'[-._/]', name)[0] or name


def is_held_out(package):
    percent = HELD_OUT_PERCENT_PHP if package.startswith('php-') else HELD_OUT_PERCENT
    return int(hashlib.md5(('held-out ' + family(package)).encode()).hexdigest(), 16) % 100 < percent
