# git: init, commit, log, branches, merges, rebase, clone, fetch, push, gc, fsck.
# RUN: %twins
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
export GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000' GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
git config --global init.defaultBranch main
git config --global advice.detachedHead false
git init repo
cd repo
seq 100 >numbers
mkdir -p src && echo 'int main(void) { return 0; }' >src/main.c
git add .
git commit -m 'First commit'
sed -i 's/^5$/five/' numbers
git diff
git commit -am 'Second commit'
git tag -a v1 -m 'Version 1'
git log --stat
git log --graph --oneline --decorate
git checkout -b topic
echo topic >topic.txt
git add topic.txt
git commit -m 'On a topic'
git checkout main
sed -i 's/^90$/ninety/' numbers
git commit -am 'On main'
git merge topic -m 'Merge topic'
git checkout -b conflict HEAD~1
sed -i 's/^90$/90!/;s/^ninety$/neunzig/' numbers
git commit -am 'Conflicting'
git checkout -b other main
sed -i 's/^ninety$/nonante/' numbers
git commit -am 'Other'
git merge conflict
git status --short
git diff | head -n 20
git checkout --ours numbers
git add numbers
git commit -m 'Resolved'
git rebase main
git log --oneline --all --graph
git show --name-status HEAD
git blame -s numbers | sed -n '4,6p;90p'
git grep -n ninety main
git rev-parse HEAD main topic v1^{}
git cat-file -p 'HEAD^{tree}'
git ls-files -s
git stash list
echo change >>topic.txt
git stash
git stash pop
git checkout topic.txt
git cherry-pick conflict
git cherry-pick --abort
git archive HEAD | tar tf -
git format-patch -1 --stdout main~1 | grep -v '^2\.' | head -n 12
cd ..
git clone repo clone
git clone --bare repo bare.git
git clone --depth 1 "file://$PWD/repo" shallow
cd clone
git branch -r
git remote set-url origin ../bare.git
for i in $(seq 30); do echo "$i" >"file$i"; done
git add .
git commit -qm 'Many files'
git push origin HEAD 2>&1
cd ../bare.git
git log --oneline | head -n 3
git gc --quiet
git fsck --full
git count-objects -v | grep -e in-pack -e garbage
git verify-pack -v objects/pack/*.idx | grep -c blob
cd ../repo
git fetch ../bare.git
git shortlog -sn --all
git describe
git rev-list --count --all
git bisect start HEAD v1 >/dev/null && git bisect run sh -c '! grep -q ninety numbers' | grep 'first bad'
git bisect reset
git worktree add ../tree topic
git submodule add "$PWD/../bare.git" sub 2>&1 | head -n 1
git log missing
echo "= $?"
