"""Fallback."""
from __future__ import annotations
import re
from dataclasses import dataclass

class TokenError(ValueError):
    def __init__(self, start, end, message, *, also=None, help=""):
        super().__init__(message); self.start=start; self.end=end; self.message=message; self.also=also; self.help=help

ALL=frozenset(range(256))
D=frozenset(b'0123456789'); S=frozenset(b' \t\n\r\f\v'); W=frozenset(b'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')

class P:
    def __init__(self,t): self.t=t; self.i=0; self.icase=False
    def err(self,m,s=None,help=""): raise TokenError(self.i if s is None else s, max(self.i+1,(s or 0)+1), m, help=help)
    def alt(self):
        items=[self.cat()]
        while self.i<len(self.t) and self.t[self.i]=='|':
            self.i+=1; items.append(self.cat())
        return items[0] if len(items)==1 else ('alt',items)
    def cat(self):
        items=[]
        while self.i<len(self.t) and self.t[self.i] not in '|)': items.append(self.rep())
        return ('cat',items)
    def rep(self):
        a=self.atom()
        while self.i<len(self.t) and self.t[self.i] in '?*+{':
            c=self.t[self.i]
            if c=='{':
                m=re.compile(r'\{(\d*)(,?)(\d*)\}').match(self.t,self.i)
                if not m: self.err('bad repeat')
                lo=int(m[1] or 0); hi=(int(m[3]) if m[3] else None) if m[2] else lo; self.i=m.end()
                a=('rep',a,lo,hi)
            else:
                self.i+=1; a=({'?':'opt','*':'star','+':'plus'}[c],a)
            if self.i<len(self.t) and self.t[self.i] in '?+' : self.err('lazy and possessive quantifiers are not part of the language; every quantifier here is possessive already')
        return a
    def esc(self,incls=False):
        s=self.i; self.i+=1
        if self.i>=len(self.t): self.err('backslash at the end',s)
        c=self.t[self.i]; self.i+=1
        if c=='x':
            h=self.t[self.i:self.i+2]; self.i+=2
            return frozenset([int(h,16)])
        m={'r':13,'n':10,'t':9,'f':12,'v':11,'0':0}
        if c in m: return frozenset([m[c]])
        for k,v in (('d',D),('s',S),('w',W)):
            if c==k: return v
            if c==k.upper(): return ALL-v
        if c.isalnum(): self.err(f'\\{c} is not supported',s)
        return frozenset([ord(c)])
    def fold(self,s):
        if not self.icase: return s
        return s|frozenset(ord(chr(b).swapcase()) for b in s if chr(b).isascii() and chr(b).isalpha())
    def atom(self):
        c=self.t[self.i]
        if c=='(':
            s=self.i; self.i+=1; old=self.icase
            if self.t.startswith('?i:',self.i): self.icase=True; self.i+=3
            elif self.t.startswith('?:',self.i): self.i+=2
            elif self.t.startswith('?',self.i): self.err('not supported',s)
            a=self.alt()
            if self.i>=len(self.t): self.err('missing )',s)
            self.i+=1; self.icase=old; return a
        if c=='[': return self.cls()
        if c=='.': self.i+=1; return ('set',ALL-{10})
        if c=='\\':
            if self.t.startswith('\\A',self.i): self.i+=2; return ('anchor',)
            return ('set',self.fold(self.esc()))
        if c in '^$': self.err('anchors are not supported')
        if ord(c)>127: self.err('non-ASCII')
        self.i+=1; return ('set',self.fold(frozenset([ord(c)])))
    def cls(self):
        self.i+=1; neg=False; out=set()
        if self.t[self.i]=='^': neg=True; self.i+=1
        first=True
        while self.t[self.i]!=']' or first:
            first=False
            c=self.t[self.i]
            a=self.esc(True) if c=='\\' else (self.__setattr__('i',self.i+1) or frozenset([ord(c)]))
            if self.t[self.i]=='-' and self.t[self.i+1]!=']' and len(a)==1:
                self.i+=1; c=self.t[self.i]
                b=self.esc(True) if c=='\\' else (self.__setattr__('i',self.i+1) or frozenset([ord(c)]))
                out|=set(range(min(a),min(b)+1))
            else: out|=a
        self.i+=1
        r=self.fold(frozenset(out)); return ('set',ALL-r if neg else r)

def expand(n):
    k=n[0]
    if k=='rep':
        _,a,lo,hi=n; a=expand(a)
        if hi is None: return ('cat',[a]*lo+[('star',a)])
        tail=None
        for _ in range(hi-lo): tail=('opt',a if tail is None else ('cat',[a,tail]))
        return ('cat',[a]*lo+([tail] if tail else []))
    if k in('cat','alt'): return (k,[expand(x) for x in n[1]])
    if k in('opt','star','plus'): return (k,expand(n[1]))
    return n

def noanchor(n,at_start):
    k=n[0]
    if k=='anchor': return ('cat',[]) if at_start else None
    if k=='cat':
        items=[noanchor(x,at_start) for x in n[1]]
        return None if any(x is None for x in items) else ('cat',items)
    if k=='alt':
        items=[y for x in n[1] if (y:=noanchor(x,at_start)) is not None]
        return None if not items else items[0] if len(items)==1 else ('alt',items)
    if k in('opt','star'):
        x=noanchor(n[1],at_start); return ('cat',[]) if x is None else (k,x)
    if k=='plus':
        x=noanchor(n[1],at_start); return None if x is None else (k,x)
    return n

def flat(n):
    if n[0]=='cat':
        out=[]
        for x in n[1]:
            x=flat(x); out+= x[1] if x[0]=='cat' else [x]
        return ('cat',out)
    if n[0]=='alt': return ('alt',[flat(x) for x in n[1]])
    if n[0] in('opt','star','plus'): return (n[0],flat(n[1]))
    return n
def trie(n):
    k=n[0]
    if k=='cat': return ('cat',[trie(x) for x in n[1]])
    if k in('opt','star','plus'): return (k,trie(n[1]))
    if k!='alt': return n
    groups={}; rest=[]; empty=False
    for x in n[1]:
        seq=x[1] if x[0]=='cat' else [x]
        if not seq: empty=True
        else: groups.setdefault(repr(seq[0]),(seq[0],[]))[1].append(('cat',list(seq[1:])))
    items=[]
    for h,tails in groups.values():
        h=trie(h)
        if len(tails)==1: items.append(flat(('cat',[h,trie(tails[0])])))
        else: items.append(flat(('cat',[h,trie(('alt',tails))])))
    r=items[0] if len(items)==1 else ('alt',items)
    return ('opt',r) if empty else r

def glushkov(n):
    sets=[]; follow=[]
    def go(n):
        k=n[0]
        if k=='set':
            sets.append(n[1]); follow.append(set()); p=len(sets)-1; return False,{p},{p}
        if k=='cat':
            nul,fi,la=True,set(),set()
            for x in n[1]:
                a,f,l=go(x)
                for p in la: follow[p]|=f
                if nul: fi|=f
                la=(la|l) if a else l
                nul=nul and a
            return nul,fi,la
        if k=='alt':
            nul,fi,la=False,set(),set()
            for x in n[1]:
                a,f,l=go(x); nul|=a; fi|=f; la|=l
            return nul,fi,la
        a,f,l=go(n[1])
        if k in('star','plus'):
            for p in l: follow[p]|=f
        return a or k!='plus',f,l
    nul,fi,la=go(n)
    return sets,follow,nul,fi,la

def clstext(s):
    if len(s)>128:
        return b'^'+clstext(ALL-s) if s!=ALL else rb'\x00-\xff'
    out=b''; xs=sorted(s); i=0
    def ch(b):
        c=bytes([b])
        m={10:rb'\n',13:rb'\r',9:rb'\t'}
        if b in m: return m[b]
        if c in b'\\]^-[&~|' : return b'\\'+c
        return c if 32<=b<127 and b!=34 else b'\\x%02x'%b
    while i<len(xs):
        j=i
        while j+1<len(xs) and xs[j+1]==xs[j]+1: j+=1
        out+= ch(xs[i]) if j==i else ch(xs[i])+ch(xs[j]) if j==i+1 else ch(xs[i])+b'-'+ch(xs[j])
        i=j+1
    return out
def settext(s):
    if len(s)==1:
        b=next(iter(s)); m={10:rb'\n',13:rb'\r',9:rb'\t'}
        return m.get(b) or (re.escape(bytes([b])) if 32<=b<127 and b!=34 else b'\\x%02x'%b)
    return b'['+clstext(s)+b']'
def nullable(n):
    k=n[0]
    return k in('opt','star') or (k=='cat' and all(map(nullable,n[1]))) or (k=='alt' and any(map(nullable,n[1]))) or (k=='plus' and nullable(n[1]))
def emit(n):
    k=n[0]
    if k=='set': return settext(n[1])
    if k=='cat': return b''.join(map(emit,n[1]))
    if k=='alt': return b'(?>'+b'|'.join(map(emit,sorted(n[1],key=nullable)))+b')'
    x=n[1]
    while x[0]=='cat' and len(x[1])==1: x=x[1][0]
    t=emit(x)
    if x[0]!='set': t=b'(?:'+t+b')'
    return t+{'opt':b'?+','star':b'*+','plus':b'++'}[k]

@dataclass(frozen=True,slots=True)
class CompiledToken:
    text:str; pattern:bytes; automaton:tuple; nullable:bool; minimum:int; maximum:int|None; overrun:int; lookahead:int; first:frozenset; alphabet:frozenset; finite:bool; work:int

def dfa(n):
    sets,follow,nul,fi,la=glushkov(n)
    def check(ps):
        ps=sorted(ps)
        for i,a in enumerate(ps):
            for b in ps[i+1:]:
                if sets[a]&sets[b]: raise TokenError(0,1,'the expression is not deterministic')
    check(fi)
    for f in follow: check(f)
    # states: start + positions, merge equal
    raw={-1:(nul,{p:sets[p] for p in fi})}
    for p in range(len(sets)): raw[p]=(p in la,{q:sets[q] for q in follow[p]})
    cls={s:0 for s in raw}
    while True:
        key={s:(raw[s][0],cls[s],tuple(sorted(((cls[q],tuple(sorted(frozenset().union(*[c for q2,c in raw[s][1].items() if cls[q2]==cls[q]])))) for q in raw[s][1])))) for s in raw}
        ks={}
        new={s:ks.setdefault(key[s],len(ks)) for s in raw}
        if len(set(new.values()))==len(set(cls.values())): break
        cls=new
    order={}; todo=[-1]; rows=[]
    order[cls[-1]]=0
    i=0; reps=[-1]
    while i<len(reps):
        s=reps[i]; i+=1
        mv={}
        for q,c in raw[s][1].items():
            if cls[q] not in order: order[cls[q]]=len(order); reps.append(q)
            mv.setdefault(order[cls[q]],set()).update(c)
        rows.append((raw[s][0],tuple((clstext(frozenset(c)),t) for t,c in sorted(mv.items())),{t:frozenset(c) for t,c in mv.items()}))
    return rows
def longest(rows,ok,start):
    # longest path through states satisfying ok; None if cycle
    import functools
    state={}
    def go(s):
        if s in state:
            if state[s] is None: raise RecursionError
            return state[s]
        state[s]=None
        best=0
        for t in rows[s][2]:
            if ok(t): best=max(best,1+go(t))
        state[s]=best; return best
    try: return go(start)
    except RecursionError: return None
def parse(text):
    p=P(text); n=p.alt()
    if p.i<len(text): raise TokenError(p.i,p.i+1,'unbalanced )')
    return n
def compile_token(text,limit=8192):
    n=trie(flat(expand(noanchor(parse(text),True))))
    rows=dfa(n)
    pat=emit(n)
    mn={};
    # min length BFS
    dist={0:0}; q=[0]
    for s in q:
        for t in rows[s][2]:
            if t not in dist: dist[t]=dist[s]+1; q.append(t)
    minimum=min(dist[s] for s in range(len(rows)) if rows[s][0])
    maximum=longest(rows,lambda t:True,0)
    over=0
    for s in range(len(rows)):
        if rows[s][0]:
            o=longest(rows,lambda t:not rows[t][0],s)
            if o is None: raise TokenError(0,len(text),'unbounded overrun')
            over=max(over,o)
    la=0 if all(not rows[s][2] for s in range(len(rows)) if rows[s][0]) else 1+over
    first=frozenset().union(*rows[0][2].values()) if rows[0][2] else frozenset()
    alphabet=frozenset().union(*[c for r in rows for c in r[2].values()]) if rows else frozenset()
    return CompiledToken(text,pat,tuple((a,m) for a,m,_ in rows),rows[0][0],minimum,maximum,over,la,first,alphabet,maximum is not None,2+over)

@dataclass(frozen=True,slots=True)
class CompiledTerminator:
    text:str; anywhere:bytes; prefix:bytes; length:int; factor:bytes; lead:int; at_start:bytes|None; prefix_at_start:bytes|None

def prefix_of(n):
    # regex of all non-empty-able prefixes via expansion of finite language as trie pattern
    rows=dfa(n)
    def go(s):
        alts=[settext(c)+b'(?:'+go(t)+b')?' if rows[t][2] else settext(c) for t,c in rows[s][2].items()]
        return b'|'.join(alts)
    return go(0)
def words(n,cap=512):
    rows=dfa(n); out=[]
    def go(s,w):
        if rows[s][0]: out.append(tuple(w))
        for t,c in rows[s][2].items(): go(t,[*w,c])
    go(0,[]); return out
def compile_terminator(text):
    n0=expand(parse(text))
    any_=noanchor(n0,False); st=noanchor(n0,True)
    an=trie(flat(any_)); rows=dfa(an)
    length=longest(rows,lambda t:True,0)
    if length is None or length>256: raise TokenError(0,len(text),'must be finite')
    anchored='\\A' in text
    ws=words(an)
    # factor: longest literal contained in all words at bounded offset
    best=b''; lead=0
    w0=ws[0]
    for i in range(len(w0)):
        for j in range(i+1,len(w0)+1):
            if all(len(c)==1 for c in w0[i:j]):
                f=bytes(next(iter(c)) for c in w0[i:j])
                offs=[]
                for w in ws:
                    o=[k for k in range(len(w)-len(f)+1) if all(w[k+x]==frozenset([f[x]]) for x in range(len(f)))]
                    if not o: break
                    offs.append(o[0])
                else:
                    if len(f)>len(best): best=f; lead=max(offs)
    stn=trie(flat(st)) if anchored else None
    if stn is not None:
        length=max(length,longest(dfa(stn),lambda t:True,0))
    return CompiledTerminator(text,emit(an),prefix_of(an),length,best,lead,emit(stn) if stn else None,prefix_of(stn) if stn else None)
